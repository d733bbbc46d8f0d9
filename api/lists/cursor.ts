/**
 * Cursors: a log position that a client carries, and cannot change, forge, or take elsewhere.
 *
 * 25 bytes in base64url: version (1), position (8, big-endian), and the first 16 bytes of an
 * HMAC-SHA256 over both and over what the cursor is bound to. It does not expire: positions mean
 * the same after a deploy and a rebuild.
 */
import { hash, timingSafeEqual } from 'node:crypto';

const VERSION = 1;
const LENGTH = 25;
const SIGNED = 9;

export interface Cursors {
  /**
   * @param binding what the cursor is good for: tenant, list, filters, direction, in one fixed form
   */
  encode: (position: number, binding: string) => string;
  /**
   * @returns the position, or `undefined` when the cursor is forged, mangled, or was made for
   * another binding
   */
  decode: (cursor: string, binding: string) => number | undefined;
}

/** @param secret 32 bytes, the same on every node */
export function createCursors(secret: Buffer): Cursors {
  const inner = padded(secret, 0x36);
  const outer = padded(secret, 0x5c);
  const sha256 = (...parts: Buffer[]) => hash('sha256', Buffer.concat(parts), 'buffer');
  // RFC 2104 in two hashes: setting `createHmac` up takes six times as long, and a cursor of before
  // may need 256 tries (feed-cursor.ts).
  const sign = (head: Buffer, binding: string) =>
    sha256(outer, sha256(inner, head, Buffer.from(binding))).subarray(0, LENGTH - SIGNED);

  return {
    encode(position, binding) {
      const head = Buffer.alloc(SIGNED);
      head.writeUInt8(VERSION, 0);
      head.writeBigUInt64BE(BigInt(position), 1);
      return Buffer.concat([head, sign(head, binding)]).toString('base64url');
    },
    decode(cursor, binding) {
      const bytes = Buffer.from(cursor, 'base64url');
      if (bytes.length !== LENGTH || bytes[0] !== VERSION || bytes.toString('base64url') !== cursor)
        return undefined;
      const head = bytes.subarray(0, SIGNED);
      if (!timingSafeEqual(bytes.subarray(SIGNED), sign(head, binding))) return undefined;
      return Number(head.readBigUInt64BE(1));
    },
  };
}

/** A key of at most 64 bytes as HMAC mixes it in. */
function padded(key: Buffer, byte: number): Buffer {
  const block = Buffer.alloc(64, byte);
  for (const [at, value] of key.entries()) block[at] = value ^ byte;
  return block;
}
