/** The noun *completion*: that nothing more is expected of an order. */
import type { Handlers } from '../../handler.ts';
import { singleFact } from './fact.ts';

const completion = singleFact({
  command: 'CompleteOrder',
  event: 'OrderCompleted',
  path: 'completion',
  at: 'completed_at',
  notFound: { code: 'completion_not_found', detail: 'This order is not completed.' },
});

export const completionHandlers: Handlers = {
  completeOrder: completion.record,
  getCompletion: completion.get,
};
