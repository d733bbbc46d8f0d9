/**
 * An order as the fold of its events.
 *
 * `Order` is what the API shows, in its order and spelling, so that what is folded, stored, compared and
 * rendered is one shape. What the rules need besides stands apart, in `Facts`.
 */
import type { Pieces, ShippingAddress } from './commands.ts';
import type { RecordedEvent } from './events.ts';

export type OrderStatus = 'placed' | 'paid' | 'partially_shipped' | 'shipped' | 'completed' | 'cancelled';

export interface OrderLine {
  id: string;
  sku: string;
  name: string;
  quantity: number;
  /** Minor units. */
  unit_price: number;
  /** Minor units: `unit_price × quantity`. */
  total: number;
}

export interface Order {
  id: string;
  status: OrderStatus;
  customer_id: string;
  /** ISO 4217. */
  currency: string;
  lines: OrderLine[];
  /** Minor units, as are the two below. */
  total: number;
  amount_paid: number;
  amount_refunded: number;
  shipping_address: ShippingAddress | null;
  metadata: Record<string, string>;
  /** How many events the order has; its entity tag. */
  version: number;
  placed_at: string;
  updated_at: string;
}

/** Events of one order at most: what a fold reads has a bound. */
export const MAX_VERSION = 500;

/**
 * UTF-16 code units of an order's events that patches can fill; one whose events hold more is not
 * patched any more, since every command on it reads them all.
 */
export const HISTORY_LENGTH_MAX = 4 * 1024 * 1024;

/** Pieces by the id of their line. */
export type Quantities = Record<string, number>;

/** What the rules need to know of an order that the order itself does not show. */
export interface Facts {
  shipped: Quantities;
  returned: Quantities;
}

export const NO_FACTS: Facts = { shipped: {}, returned: {} };

export interface OrderState {
  order: Order;
  facts: Facts;
}

/** The state after one more event. Pure: the state handed in is not touched. */
export function evolve(state: OrderState | null, event: RecordedEvent): OrderState {
  if (event.type === 'OrderPlaced') {
    const { customer_id, currency, lines, total, shipping_address, metadata } = event.data;
    return {
      order: {
        id: event.order_id,
        status: 'placed',
        customer_id,
        currency,
        lines,
        total,
        amount_paid: 0,
        amount_refunded: 0,
        shipping_address,
        metadata,
        version: event.version,
        placed_at: event.recorded_at,
        updated_at: event.recorded_at,
      },
      facts: NO_FACTS,
    };
  }
  if (state === null || event.version !== state.order.version + 1) {
    const at = state?.order.version ?? 0;
    throw new Error(`${event.event_id} is version ${event.version} of ${event.order_id}, which is at ${at}`);
  }
  const order = { ...state.order, version: event.version, updated_at: event.recorded_at };
  const { facts } = state;
  switch (event.type) {
    case 'OrderUpdated': {
      const { shipping_address, metadata } = event.data;
      return { order: { ...order, shipping_address, metadata }, facts };
    }
    case 'PaymentRecorded': {
      const amount_paid = order.amount_paid + event.data.amount;
      const status = amount_paid === order.total ? 'paid' : order.status;
      return { order: { ...order, status, amount_paid }, facts };
    }
    case 'ItemsShipped': {
      const shipped = plus(facts.shipped, event.data.lines);
      const all = order.lines.every(({ id, quantity }) => shipped[id] === quantity);
      return {
        order: { ...order, status: all ? 'shipped' : 'partially_shipped' },
        facts: { ...facts, shipped },
      };
    }
    case 'ItemsReturned':
      return { order, facts: { ...facts, returned: plus(facts.returned, event.data.lines) } };
    case 'RefundRecorded':
      return { order: { ...order, amount_refunded: order.amount_refunded + event.data.amount }, facts };
    case 'OrderCancelled':
      return { order: { ...order, status: 'cancelled' }, facts };
    case 'OrderCompleted':
      return { order: { ...order, status: 'completed' }, facts };
  }
}

function plus(quantities: Quantities, pieces: Pieces): Quantities {
  const sum = { ...quantities };
  for (const { line_id, quantity } of pieces) sum[line_id] = (sum[line_id] ?? 0) + quantity;
  return sum;
}

/**
 * Folds a stream, oldest event first.
 *
 * @returns the state after the last event, `null` when there is none
 * @throws {Error} when a version is missing from the stream
 */
export function fold(events: Iterable<RecordedEvent>): OrderState | null {
  let state: OrderState | null = null;
  for (const event of events) state = evolve(state, event);
  return state;
}
