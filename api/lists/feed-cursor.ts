/**
 * Cursors of the feed: each names the last event that the client has read.
 *
 * 21 bytes in base64url: version (2), position (8, big-endian), the mark of the event (8), and the
 * first 4 bytes of the SHA-256 of these, as a checksum.
 *
 * No signature: a client may read the feed from any position. The read checks that the log has the
 * event. So a cursor stays valid with other types, and in a database that imported the log.
 */
import { hash } from 'node:crypto';
import type { FeedPosition } from '../../store/log/feed.ts';
import { type Cursors, LIST_CURSOR_BYTES } from './cursor.ts';
import { bindingOf } from './page.ts';

const FEED_CURSOR_VERSION = 2;
const FEED_CURSOR_BYTES = 21;
const CHECKED_BYTES = 17;
const MARK_OFFSET = 9;
/** Mark of the start of the log, which has no event. */
const NO_MARK = '0'.repeat(16);

const checkOf = (head: Buffer) =>
  hash('sha256', head, 'buffer').subarray(0, FEED_CURSOR_BYTES - CHECKED_BYTES);

export function encodeFeedCursor({ position, mark = NO_MARK }: FeedPosition): string {
  const head = Buffer.alloc(CHECKED_BYTES);
  head.writeUInt8(FEED_CURSOR_VERSION, 0);
  head.writeBigUInt64BE(BigInt(position), 1);
  head.write(mark, MARK_OFFSET, 'hex');
  return Buffer.concat([head, checkOf(head)]).toString('base64url');
}

/** The event of a cursor; `undefined` for a damaged cursor, or one of another list. */
export function decodeFeedCursor(
  cursors: Cursors,
  cursor: string,
  tenantId: string,
): FeedPosition | undefined {
  const bytes = Buffer.from(cursor, 'base64url');
  if (bytes[0] !== FEED_CURSOR_VERSION) return decodeSigned(cursors, cursor, tenantId);
  const head = bytes.subarray(0, CHECKED_BYTES);
  if (bytes.length !== FEED_CURSOR_BYTES || !checkOf(head).equals(bytes.subarray(CHECKED_BYTES)))
    return undefined;
  if (bytes.toString('base64url') !== cursor) return undefined;
  const position = Number(head.readBigUInt64BE(1));
  if (!Number.isSafeInteger(position)) return undefined;
  const mark = head.toString('hex', MARK_OFFSET);
  return { position, mark: mark === NO_MARK ? undefined : mark };
}

/** Characters of a signed cursor in base64url. */
const SIGNED_LENGTH = Math.ceil((LIST_CURSOR_BYTES * 4) / 3);
/** The event types of the time of signed feed cursors. */
const SIGNED_TYPES = [
  'ItemsReturned',
  'ItemsShipped',
  'OrderCancelled',
  'OrderCompleted',
  'OrderPlaced',
  'OrderUpdated',
  'PaymentRecorded',
  'RefundRecorded',
];
const SIGNED_CHOICES = Array.from({ length: 2 ** SIGNED_TYPES.length }, (_, choice) =>
  SIGNED_TYPES.filter((_type, n) => choice & (1 << n)),
);

/**
 * Decodes a cursor of before version 2, which never expires: signed, and bound to the types of its
 * request. Tries all 256 choices of types, in a millisecond.
 */
function decodeSigned(cursors: Cursors, cursor: string, tenantId: string): FeedPosition | undefined {
  if (cursor.length !== SIGNED_LENGTH) return undefined;
  for (const types of SIGNED_CHOICES) {
    const place = cursors.decode(cursor, bindingOf('events', tenantId, ...types));
    if (place !== undefined) return { position: place.position, mark: undefined };
  }
  return undefined;
}
