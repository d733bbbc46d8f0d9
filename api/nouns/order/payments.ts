/** The noun *payment* for an order, and its reversal. */
import type { Handlers } from '../../handler.ts';
import { listedRecord } from './record.ts';

const notFound = { code: 'payment_not_found', detail: 'This order does not have this payment.' } as const;

const payment = listedRecord({
  command: 'RecordPayment',
  event: 'PaymentRecorded',
  path: 'payments',
  at: 'paid_at',
  notFound,
});

const reversal = listedRecord({
  command: 'ReversePayment',
  event: 'PaymentReversed',
  path: 'payments',
  within: 'payment_id',
  at: 'reversed_at',
  notFound,
});

export const paymentHandlers: Handlers = {
  recordPayment: payment.record,
  listPayments: payment.list,
  getPayment: payment.get,
  reversePayment: reversal.record,
};
