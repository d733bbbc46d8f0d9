/**
 * An order: the fold of its events. This file has the state and the table of contents of the fold;
 * each family of rules folds its own events.
 *
 * Members that an order does not use are absent, so that a plain order stays small.
 */
import type { Address, BillingAddress } from './address.ts';
import type { CHARGE_KINDS, Discount, Tax } from './commands.ts';
import { type RecordedEvent, recordIdOf } from './events.ts';
import { cancelled, completed, edited, updated } from './rules/changes.ts';
import { returned, shipped } from './rules/goods.ts';
import { held, released } from './rules/holds.ts';
import { authorized, paid, reversed, voided } from './rules/money.ts';
import { placed } from './rules/placing.ts';
import { refunded } from './rules/refunds.ts';

export type OrderStatus = 'placed' | 'paid' | 'partially_shipped' | 'shipped' | 'completed' | 'cancelled';

/** Amounts are minor units. */
export interface OrderLine {
  id: string;
  /** Absent for a line without one. */
  sku?: string;
  name: string;
  quantity: number;
  unit_price: number;
  /** `unit_price × quantity`. */
  total: number;
  /** Its own discount and its share of the order's. */
  discount?: number;
  /** Its own tax or its share of the order's. */
  tax?: number;
  taxes?: Tax[];
  /** What is to be paid for the line; `total` when absent. */
  amount?: number;
  /** `false`: nothing to ship. */
  ships?: false;
  reference?: string;
  metadata?: Record<string, string>;
}

export interface OrderCharge {
  id: string;
  kind: (typeof CHARGE_KINDS)[number];
  name?: string;
  price: number;
  discount?: number;
  tax?: number;
  /** What is to be paid for the charge. */
  amount: number;
}

/** Members that an order may lack. */
export interface OrderExtras {
  number?: string;
  reference?: string;
  email?: string;
  phone?: string;
  billing_address?: BillingAddress;
  note?: string;
  tags?: string[];
  ordered_at?: string;
  prices_include_tax?: true;
  discounts?: Discount[];
  taxes?: Tax[];
  charges?: OrderCharge[];
  rounding?: number;
  payment_terms?: 'open';
  /** When personal members were erased; RFC 3339, UTC. Not stored. */
  erased_at?: string;
}

export interface Order extends OrderExtras {
  id: string;
  status: OrderStatus;
  /** `null` for a guest. */
  customer_id: string | null;
  /** ISO 4217. */
  currency: string;
  lines: OrderLine[];
  /** Minor units, as the next two. */
  total: number;
  amount_paid: number;
  amount_refunded: number;
  shipping_address: Address | null;
  metadata: Record<string, string>;
  /** Number of events; also the entity tag. */
  version: number;
  placed_at: string;
  updated_at: string;
}

/** Events of one order at most. Most commands end earlier, see rules/room.ts. */
export const EVENTS_MAX = 600;

/** Numbers by line id, charge id or record id. */
export type Quantities = Record<string, number>;

/** An authorization: minor units. It is closed when it is voided or captured whole. */
export interface Authorization {
  amount: number;
  captured: number;
  isVoid?: true;
}

/** What the rules need and `Order` does not show. Pieces by line id; amounts in minor units. */
export interface Facts {
  shipped: Quantities;
  returned: Quantities;
  /** Pieces that an edit or the cancellation freed. */
  cancelled?: Quantities;
  /** Pieces whose money was given back. */
  refunded?: Quantities;
  /** Shipped pieces whose money was given back and that the customer kept. */
  kept?: Quantities;
  /** By charge: the amount that is no longer owed, and the amount that was given back. */
  charges_freed?: Quantities;
  charges_refunded?: Quantities;
  amount_cancelled?: number;
  amount_returned?: number;
  /** Reductions: refunds of kept pieces and of charges, and adjustments. */
  amount_adjusted?: number;
  amount_reversed?: number;
  /** Refunds that count against cancelled or returned amounts. */
  amount_settled?: number;
  /** Refunds that are owed again, since their pieces are still open. */
  amount_reopened?: number;
  authorizations?: Record<string, Authorization>;
  /** Reasons of the holds that are not released. */
  holds?: Record<string, string>;
}

export const NO_FACTS: Facts = { shipped: {}, returned: {} };

/** A payment, and what is left of it after refunds and reversals. Minor units. */
export interface Payment {
  amount: number;
  left: number;
}

export interface OrderState {
  order: Order;
  facts: Facts;
  /** By id, in the order of their records. Only the rules need them; no document shows them. */
  payments: Record<string, Payment>;
  /** The sum of the sizes of its events. Only the rules need it. */
  bytes: number;
}

/**
 * The state after one more event. Pure.
 *
 * @throws {Error} when the event is not the next version
 */
export function evolve(state: OrderState | null, event: RecordedEvent): OrderState {
  if (event.type === 'OrderPlaced') return placed(event);
  if (state === null || event.version !== state.order.version + 1) {
    const at = state?.order.version ?? 0;
    throw new Error(
      `${event.order_id} is at version ${at}, cannot apply version ${event.version} (${event.event_id})`,
    );
  }
  const next = {
    ...state,
    order: { ...state.order, version: event.version, updated_at: event.recorded_at },
    bytes: state.bytes + event.bytes,
  };
  switch (event.type) {
    case 'OrderUpdated':
      return updated(next, event.data);
    case 'AuthorizationRecorded':
      return authorized(next, event.data, recordIdOf(event));
    case 'AuthorizationVoided':
      return voided(next, event.data);
    case 'PaymentRecorded':
      return paid(next, event.data, recordIdOf(event));
    case 'PaymentReversed':
      return reversed(next, event.data);
    case 'RefundRecorded':
      return refunded(next, event.data);
    case 'ItemsShipped':
      return shipped(next, event.data);
    case 'ItemsReturned':
      return returned(next, event.data);
    case 'OrderEdited':
      return edited(next, event.data);
    case 'OrderCancelled':
      return cancelled(next, event.data);
    case 'OrderCompleted':
      return completed(next);
    case 'HoldPlaced':
      return held(next, event.data, recordIdOf(event));
    case 'HoldReleased':
      return released(next, event.data);
    case 'CustomerErased':
      return state;
  }
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
