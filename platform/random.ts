/**
 * Random bytes from a pool: a call to the system's generator for each id costs more than the id.
 */
import { randomFillSync } from 'node:crypto';

const POOL_BYTES = 16 * 512;
const pool = Buffer.allocUnsafe(POOL_BYTES);
let used = pool.length;

/** 16 random bytes. A view into the pool: read it before the next call, do not keep it. */
export function randomBytes16(): Buffer {
  if (used >= pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += 16;
  return pool.subarray(used - 16, used);
}

/** 24 hexadecimal digits. Names a request whose client sent no X-Request-Id. */
export const newRequestId = (): string => randomBytes16().toString('hex', 0, 12);
