/**
 * An order: the fold of its events.
 *
 * `Order` has the members of v1, in the same order: fold, read table and document share one shape.
 * `Facts` holds the rest that the rules need.
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
  /** Minor units, as the next two. */
  total: number;
  amount_paid: number;
  amount_refunded: number;
  shipping_address: ShippingAddress | null;
  metadata: Record<string, string>;
  /** Number of events; also the entity tag. */
  version: number;
  placed_at: string;
  updated_at: string;
}

/** Events of one order at most: bounds the cost of a fold. */
export const VERSION_MAX = 500;

/**
 * UTF-16 code units of an order's events. Beyond it the decider refuses patches, since each command
 * reads the whole stream.
 */
export const HISTORY_LENGTH_MAX = 4 * 1024 * 1024;

/** Number of pieces by line id. */
export type Quantities = Record<string, number>;

/** Quantities that the rules need and `Order` does not show. */
export interface Facts {
  shipped: Quantities;
  returned: Quantities;
}

export const NO_FACTS: Facts = { shipped: {}, returned: {} };

export interface OrderState {
  order: Order;
  facts: Facts;
}

/**
 * The state after one more event. Pure.
 *
 * @throws {Error} when the event is not the next version
 */
export function evolve(state: OrderState | null, event: RecordedEvent): OrderState {
  if (event.type === 'OrderPlaced') return { order: placedOrder(event), facts: NO_FACTS };
  if (state === null || event.version !== state.order.version + 1) {
    const at = state?.order.version ?? 0;
    throw new Error(
      `${event.order_id} is at version ${at}, cannot apply version ${event.version} (${event.event_id})`,
    );
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

function placedOrder(event: Extract<RecordedEvent, { type: 'OrderPlaced' }>): Order {
  const { customer_id, currency, lines, total, shipping_address, metadata } = event.data;
  return {
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
  };
}

function plus(quantities: Quantities, pieces: Pieces): Quantities {
  const sum = { ...quantities };
  for (const { line_id, quantity } of pieces) sum[line_id] = (sum[line_id] ?? 0) + quantity;
  return sum;
}

/**
 * The state after a stream, oldest event first; `null` for an empty stream.
 *
 * @throws {Error} when the stream misses a version
 */
export function fold(events: Iterable<RecordedEvent>): OrderState | null {
  let state: OrderState | null = null;
  for (const event of events) state = evolve(state, event);
  return state;
}
