/** The noun *return* of shipped pieces. */
import type { Handlers } from '../../handler.ts';
import { listedRecord } from './record.ts';

const itemReturn = listedRecord({
  command: 'ReturnItems',
  event: 'ItemsReturned',
  path: 'returns',
  at: 'returned_at',
  notFound: { code: 'return_not_found', detail: 'This order does not have this return.' },
});

export const returnHandlers: Handlers = {
  recordReturn: itemReturn.record,
  listReturns: itemReturn.list,
  getReturn: itemReturn.get,
};
