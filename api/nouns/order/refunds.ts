/** The noun *refund* of payments. */
import type { Handlers } from '../../handler.ts';
import { listedRecord } from './record.ts';

const refund = listedRecord({
  command: 'RecordRefund',
  event: 'RefundRecorded',
  path: 'refunds',
  at: 'refunded_at',
  notFound: { code: 'refund_not_found', detail: 'This order does not have this refund.' },
});

export const refundHandlers: Handlers = {
  recordRefund: refund.record,
  listRefunds: refund.list,
  getRefund: refund.get,
};
