/**
 * Cursors of lists: signed positions, each bound to its tenant, list, filters and direction.
 *
 * 25 bytes in base64url: version (1), position (8, big-endian), and the first 16 bytes of an
 * HMAC-SHA256 of both and the binding. A cursor does not expire: positions survive a rebuild.
 */
import { hash, timingSafeEqual } from 'node:crypto';

const LIST_CURSOR_VERSION = 1;
export const LIST_CURSOR_BYTES = 25;
const SIGNED_BYTES = 9;

export interface Cursors {
  /** @param binding tenant, list, filters and direction in canonical form, see `bindingOf` */
  encode: (position: number, binding: string) => string;
  /** The position; `undefined` for a damaged or forged cursor, or one of another binding. */
  decode: (cursor: string, binding: string) => number | undefined;
}

/** @param secret 32 bytes, the same on each node */
export function createCursors(secret: Buffer): Cursors {
  const inner = padded(secret, 0x36);
  const outer = padded(secret, 0x5c);
  const sha256 = (...parts: Buffer[]) => hash('sha256', Buffer.concat(parts), 'buffer');
  // RFC 2104 as two hashes: `createHmac` takes six times as long, and an old feed cursor may need
  // 256 attempts (feed-cursor.ts).
  const sign = (head: Buffer, binding: string) =>
    sha256(outer, sha256(inner, head, Buffer.from(binding))).subarray(0, LIST_CURSOR_BYTES - SIGNED_BYTES);

  return {
    encode(position, binding) {
      const head = Buffer.alloc(SIGNED_BYTES);
      head.writeUInt8(LIST_CURSOR_VERSION, 0);
      head.writeBigUInt64BE(BigInt(position), 1);
      return Buffer.concat([head, sign(head, binding)]).toString('base64url');
    },
    decode(cursor, binding) {
      const bytes = Buffer.from(cursor, 'base64url');
      if (bytes.length !== LIST_CURSOR_BYTES || bytes[0] !== LIST_CURSOR_VERSION) return undefined;
      if (bytes.toString('base64url') !== cursor) return undefined;
      const head = bytes.subarray(0, SIGNED_BYTES);
      if (!timingSafeEqual(bytes.subarray(SIGNED_BYTES), sign(head, binding))) return undefined;
      return Number(head.readBigUInt64BE(1));
    },
  };
}

/** The padded key of HMAC, for a key of at most 64 bytes. */
function padded(key: Buffer, byte: number): Buffer {
  const block = Buffer.alloc(64, byte);
  for (const [at, value] of key.entries()) block[at] = value ^ byte;
  return block;
}
