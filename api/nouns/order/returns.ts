/** The noun *return*: pieces that were shipped and came back. */
import type { Handlers } from '../../handler.ts';
import { listedFact } from './fact.ts';

const aReturn = listedFact({
  command: 'ReturnItems',
  event: 'ItemsReturned',
  path: 'returns',
  prefix: 'ret',
  at: 'returned_at',
  notFound: { code: 'return_not_found', detail: 'This order has no such return.' },
});

export const returnHandlers: Handlers = {
  recordReturn: aReturn.record,
  listReturns: aReturn.list,
  getReturn: aReturn.get,
};
