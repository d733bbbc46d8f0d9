/** The noun *cancellation* of an order. */
import type { Handlers } from '../../handler.ts';
import { singleRecord } from './record.ts';

const cancellation = singleRecord({
  command: 'CancelOrder',
  event: 'OrderCancelled',
  path: 'cancellation',
  at: 'cancelled_at',
  notFound: { code: 'cancellation_not_found', detail: 'This order is not cancelled.' },
});

export const cancellationHandlers: Handlers = {
  cancelOrder: cancellation.record,
  getCancellation: cancellation.get,
};
