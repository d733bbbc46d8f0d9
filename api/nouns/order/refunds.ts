/** The noun *refund*: money that went back. */
import type { Handlers } from '../../handler.ts';
import { listedFact } from './fact.ts';

const refund = listedFact({
  command: 'RecordRefund',
  event: 'RefundRecorded',
  path: 'refunds',
  prefix: 'ref',
  at: 'refunded_at',
  notFound: { code: 'refund_not_found', detail: 'This order has no such refund.' },
});

export const refundHandlers: Handlers = {
  recordRefund: refund.record,
  listRefunds: refund.list,
  getRefund: refund.get,
};
