/** The noun *hold*: nothing of the order is shipped until it is released. */
import type { Handlers } from '../../handler.ts';
import { listedRecord } from './record.ts';

const notFound = { code: 'hold_not_found', detail: 'This order does not have this hold.' } as const;

const hold = listedRecord({
  command: 'PlaceHold',
  event: 'HoldPlaced',
  path: 'holds',
  at: 'held_at',
  notFound,
});

const release = listedRecord({
  command: 'ReleaseHold',
  event: 'HoldReleased',
  path: 'holds',
  within: 'hold_id',
  at: 'released_at',
  notFound,
});

export const holdHandlers: Handlers = {
  placeHold: hold.record,
  listHolds: hold.list,
  getHold: hold.get,
  releaseHold: release.record,
};
