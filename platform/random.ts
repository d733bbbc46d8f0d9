/** Random bytes, drawn many at a time: one call into the system's generator costs more than the id that is made of them. */
import { randomFillSync } from 'node:crypto';

const pool = Buffer.allocUnsafe(16 * 512);
let used = pool.length;

/** 16 fresh random bytes; good until they have been read, not to be kept. */
export function randomBytes16(): Buffer {
  if (used >= pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += 16;
  return pool.subarray(used - 16, used);
}

/** What a request is known by, when its client has not named it: 24 hexadecimal digits. */
export const newRequestId = (): string => randomBytes16().toString('hex', 0, 12);
