/** The noun *completion*: the order is shipped and closed. */
import type { Handlers } from '../../handler.ts';
import { singleRecord } from './record.ts';

const completion = singleRecord({
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
