/**
 * Cursors of the feed of events: each names the event behind which to go on.
 *
 * 21 bytes in base64url: version (2), position (8, big-endian), the mark of the event (8), and the
 * first 4 bytes of the SHA-256 of all that, by which a damaged one is known. No secret: whoever may
 * read a feed may read it from any position. What matters is that the log still has the event,
 * which reading finds out. So a cursor is good wherever the event is: with other types, after a
 * rebuild, and in another database that the log was imported into.
 */
import { hash } from 'node:crypto';
import type { FeedPosition } from '../../store/log/feed.ts';
import type { Cursors } from './cursor.ts';
import { bindingOf } from './page.ts';

const VERSION = 2;
const LENGTH = 21;
const CHECKED = 17;
const MARK = 9;
/** Of the beginning, where no event is. */
const NO_MARK = '0'.repeat(16);

const checkOf = (head: Buffer) => hash('sha256', head, 'buffer').subarray(0, LENGTH - CHECKED);

export function encodePlace({ position, mark = NO_MARK }: FeedPosition): string {
  const head = Buffer.alloc(CHECKED);
  head.writeUInt8(VERSION, 0);
  head.writeBigUInt64BE(BigInt(position), 1);
  head.write(mark, MARK, 'hex');
  return Buffer.concat([head, checkOf(head)]).toString('base64url');
}

/** @returns the place, or `undefined` when the cursor is damaged or none of the feed's */
export function decodePlace(cursors: Cursors, cursor: string, tenantId: string): FeedPosition | undefined {
  const bytes = Buffer.from(cursor, 'base64url');
  if (bytes[0] !== VERSION) return decodeEarlier(cursors, cursor, tenantId);
  const head = bytes.subarray(0, CHECKED);
  if (bytes.length !== LENGTH || !checkOf(head).equals(bytes.subarray(CHECKED))) return undefined;
  if (bytes.toString('base64url') !== cursor) return undefined;
  const position = Number(head.readBigUInt64BE(1));
  if (!Number.isSafeInteger(position)) return undefined;
  const mark = head.toString('hex', MARK);
  return { position, mark: mark === NO_MARK ? undefined : mark };
}

/** Characters of a cursor of {@link Cursors}: 25 bytes in base64url. */
const EARLIER_LENGTH = 34;
/** The types that there were while cursors were bound to those that were asked for. */
const EARLIER_TYPES = [
  'ItemsReturned',
  'ItemsShipped',
  'OrderCancelled',
  'OrderCompleted',
  'OrderPlaced',
  'OrderUpdated',
  'PaymentRecorded',
  'RefundRecorded',
];
const EARLIER_CHOICES = Array.from({ length: 2 ** EARLIER_TYPES.length }, (_, choice) =>
  EARLIER_TYPES.filter((_type, n) => choice & (1 << n)),
);

/**
 * Clients were told that they are good for ever. Which types one was made for is found by trying:
 * 256 choices, a millisecond.
 */
function decodeEarlier(cursors: Cursors, cursor: string, tenantId: string): FeedPosition | undefined {
  if (cursor.length !== EARLIER_LENGTH) return undefined;
  for (const types of EARLIER_CHOICES) {
    const position = cursors.decode(cursor, bindingOf('events', tenantId, ...types));
    if (position !== undefined) return { position, mark: undefined };
  }
  return undefined;
}
