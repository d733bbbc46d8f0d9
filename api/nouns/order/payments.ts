/** The noun *payment*: money that came in for an order. */
import type { Handlers } from '../../handler.ts';
import { listedFact } from './fact.ts';

const payment = listedFact({
  command: 'RecordPayment',
  event: 'PaymentRecorded',
  path: 'payments',
  prefix: 'pay',
  at: 'paid_at',
  notFound: { code: 'payment_not_found', detail: 'This order has no such payment.' },
});

export const paymentHandlers: Handlers = {
  recordPayment: payment.record,
  listPayments: payment.list,
  getPayment: payment.get,
};
