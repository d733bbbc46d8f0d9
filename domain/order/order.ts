/**
 * An order as the fold of its events.
 *
 * `Order` is what the API shows, in its order and spelling, so that what is folded, stored, compared and
 * rendered is one shape. What the rules need besides stands apart, in `Facts`.
 */
import type { ShippingAddress } from './commands.ts';
import type { RecordedEvent } from './events.ts';

export type OrderStatus = 'placed' | 'cancelled';

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

/** What has been done to an order, each act under its own noun. */
export interface Facts {
  cancellation: { reason: string | null; cancelled_at: string } | null;
}

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
      facts: { cancellation: null },
    };
  }
  if (state === null || event.version !== state.order.version + 1) {
    const at = state?.order.version ?? 0;
    throw new Error(`${event.event_id} is version ${event.version} of ${event.order_id}, which is at ${at}`);
  }
  const order = { ...state.order, version: event.version, updated_at: event.recorded_at };
  switch (event.type) {
    case 'OrderCancelled':
      return {
        order: { ...order, status: 'cancelled' },
        facts: {
          ...state.facts,
          cancellation: { reason: event.data.reason, cancelled_at: event.recorded_at },
        },
      };
  }
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
