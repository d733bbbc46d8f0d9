/** The noun *payment* for an order. */
import type { Handlers } from '../../handler.ts';
import { listedRecord } from './record.ts';

const payment = listedRecord({
  command: 'RecordPayment',
  event: 'PaymentRecorded',
  path: 'payments',
  prefix: 'pay',
  at: 'paid_at',
  notFound: { code: 'payment_not_found', detail: 'This order does not have this payment.' },
});

export const paymentHandlers: Handlers = {
  recordPayment: payment.record,
  listPayments: payment.list,
  getPayment: payment.get,
};
