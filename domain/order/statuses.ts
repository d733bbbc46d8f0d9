/** The two statuses of an order: how far it is paid, and how far it is fulfilled. */
import { due, gonePieces, isCovered, net } from './amounts.ts';
import type { Order, OrderState } from './order.ts';

export const PAYMENT_STATUSES = [
  'unpaid',
  'authorized',
  'partially_paid',
  'paid',
  'partially_refunded',
  'refunded',
] as const;
export type PaymentStatus = (typeof PAYMENT_STATUSES)[number];

export const FULFILLMENT_STATUSES = [
  'unfulfilled',
  'partially_shipped',
  'shipped',
  'completed',
  'cancelled',
] as const;
export type FulfillmentStatus = (typeof FULFILLMENT_STATUSES)[number];

/** A free order is paid. `authorized`: money and open authorizations cover what is owed. */
export function paymentStatus(state: OrderState): PaymentStatus {
  if (due(state) > 0) {
    if (isCovered(state)) return 'authorized';
    if (net(state) > 0) return 'partially_paid';
    return state.order.amount_refunded > 0 ? 'refunded' : 'unpaid';
  }
  // Refunds that are owed again do not count: the order was paid again since.
  const { amount_settled = 0, amount_adjusted = 0 } = state.facts;
  if (amount_settled + amount_adjusted > 0) return net(state) === 0 ? 'refunded' : 'partially_refunded';
  if (net(state) > 0 || state.order.total === 0) return 'paid';
  // Nothing was paid: for nothing when all pieces are cancelled or returned, else the rest is free.
  return state.order.lines.every((line) => gonePieces(state, line) === line.quantity) ? 'unpaid' : 'paid';
}

export function fulfillmentStatus({ status }: Pick<Order, 'status'>): FulfillmentStatus {
  return status === 'placed' || status === 'paid' ? 'unfulfilled' : status;
}
