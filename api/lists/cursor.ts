/**
 * Cursors of lists: signed positions, each bound to its tenant, list, filters and direction.
 *
 * 25 bytes in base64url: version (1), position (8, big-endian), and the first 16 bytes of an
 * HMAC-SHA256 of both and the binding. A cursor does not expire: positions survive a rebuild.
 *
 * With replicas, 33 bytes: version (3), position, the position that the page had applied (8), and
 * the HMAC. The next page comes from where this position is applied too.
 */
import { hash, timingSafeEqual } from 'node:crypto';

const LIST_CURSOR_VERSION = 1;
/** Version 2 is a cursor of the feed. */
const SEEN_CURSOR_VERSION = 3;
export const LIST_CURSOR_BYTES = 25;
const SIGNED_BYTES = 9;
const SIGNED_SEEN_BYTES = 17;
const SIGNATURE_BYTES = 16;

/** Where a page continues. */
export interface ListPlace {
  /** The last row of the page before it. */
  position: number;
  /** What the page before it had applied; `undefined` without replicas. */
  seen?: number | undefined;
}

export interface Cursors {
  /** @param binding tenant, list, filters and direction in canonical form, see `bindingOf` */
  encode: (place: ListPlace, binding: string) => string;
  /** `undefined` for a damaged or forged cursor, or one of another binding. */
  decode: (cursor: string, binding: string) => ListPlace | undefined;
}

/** @param secret 32 bytes, the same on each node */
export function createCursors(secret: Buffer): Cursors {
  const inner = padded(secret, 0x36);
  const outer = padded(secret, 0x5c);
  const sha256 = (...parts: Buffer[]) => hash('sha256', Buffer.concat(parts), 'buffer');
  // RFC 2104 as two hashes: `createHmac` takes six times as long, and an old feed cursor may need
  // 256 attempts (feed-cursor.ts).
  const sign = (head: Buffer, binding: string) =>
    sha256(outer, sha256(inner, head, Buffer.from(binding))).subarray(0, SIGNATURE_BYTES);

  return {
    encode({ position, seen }, binding) {
      const head = Buffer.alloc(seen === undefined ? SIGNED_BYTES : SIGNED_SEEN_BYTES);
      head.writeUInt8(seen === undefined ? LIST_CURSOR_VERSION : SEEN_CURSOR_VERSION, 0);
      head.writeBigUInt64BE(BigInt(position), 1);
      if (seen !== undefined) head.writeBigUInt64BE(BigInt(seen), SIGNED_BYTES);
      return Buffer.concat([head, sign(head, binding)]).toString('base64url');
    },
    decode(cursor, binding) {
      const bytes = Buffer.from(cursor, 'base64url');
      const signed = bytes[0] === SEEN_CURSOR_VERSION ? SIGNED_SEEN_BYTES : SIGNED_BYTES;
      if (bytes.length !== signed + SIGNATURE_BYTES) return undefined;
      if (signed === SIGNED_BYTES && bytes[0] !== LIST_CURSOR_VERSION) return undefined;
      if (bytes.toString('base64url') !== cursor) return undefined;
      const head = bytes.subarray(0, signed);
      if (!timingSafeEqual(bytes.subarray(signed), sign(head, binding))) return undefined;
      const position = Number(head.readBigUInt64BE(1));
      return signed === SIGNED_BYTES
        ? { position }
        : { position, seen: Number(head.readBigUInt64BE(SIGNED_BYTES)) };
    },
  };
}

/** The padded key of HMAC, for a key of at most 64 bytes. */
function padded(key: Buffer, byte: number): Buffer {
  const block = Buffer.alloc(64, byte);
  for (const [at, value] of key.entries()) block[at] = value ^ byte;
  return block;
}
