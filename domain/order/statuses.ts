/** The two statuses of v2: payment and fulfillment. */
import type { Order } from './order.ts';

export type PaymentStatus = 'unpaid' | 'partially_paid' | 'paid' | 'partially_refunded' | 'refunded';
export type FulfillmentStatus = 'unfulfilled' | 'partially_shipped' | 'shipped' | 'completed' | 'cancelled';

type Amounts = Pick<Order, 'total' | 'amount_paid' | 'amount_refunded'>;

/**
 * A free order is paid. store/migrations/0006_statuses.sql has the same rule for the list index.
 */
export function paymentStatus({ total, amount_paid, amount_refunded }: Amounts): PaymentStatus {
  if (amount_refunded > 0) return amount_refunded === amount_paid ? 'refunded' : 'partially_refunded';
  if (amount_paid === total) return 'paid';
  return amount_paid === 0 ? 'unpaid' : 'partially_paid';
}

export function fulfillmentStatus({ status }: Pick<Order, 'status'>): FulfillmentStatus {
  return status === 'placed' || status === 'paid' ? 'unfulfilled' : status;
}
