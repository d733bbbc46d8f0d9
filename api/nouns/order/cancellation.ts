/** The noun *cancellation*: that an order is not to be. */
import type { Handlers } from '../../handler.ts';
import { singleFact } from './fact.ts';

const cancellation = singleFact({
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
