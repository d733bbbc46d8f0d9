/** The status of an order, seen from its money and from its pieces. */
import type { Order } from './order.ts';

export type PaymentStatus = 'unpaid' | 'partially_paid' | 'paid' | 'partially_refunded' | 'refunded';
export type FulfillmentStatus = 'unfulfilled' | 'partially_shipped' | 'shipped' | 'completed' | 'cancelled';

type Amounts = Pick<Order, 'total' | 'amount_paid' | 'amount_refunded'>;

/** An order that costs nothing is paid. store/migrations/0006_statuses.sql says the same for the index of the list. */
export function paymentStatus({ total, amount_paid, amount_refunded }: Amounts): PaymentStatus {
  if (amount_refunded > 0) return amount_refunded === amount_paid ? 'refunded' : 'partially_refunded';
  if (amount_paid === total) return 'paid';
  return amount_paid === 0 ? 'unpaid' : 'partially_paid';
}

export function fulfillmentStatus({ status }: Pick<Order, 'status'>): FulfillmentStatus {
  return status === 'placed' || status === 'paid' ? 'unfulfilled' : status;
}
