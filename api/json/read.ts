/** Parses bodies of any permitted length. */
import { createFairShare } from '../../platform/fair-share.ts';
import { createPace } from '../../platform/pace.ts';
import { parseJson } from './parse.ts';
import { SLICE_BYTES, parseInSlices } from './slices.ts';

/**
 * Long texts are parsed one after the other, so that the heap holds one half-parsed body. Tenants
 * take turns.
 */
const parser = createFairShare({ capacity: 1 });

/**
 * Parses a text, a long one over several turns of the event loop.
 *
 * @returns the value, or a promise of it for a long text
 * @throws {Problem} 400 `malformed_json`, 422 `invalid_body`
 */
export function readJson(bytes: Buffer, tenantId: string): unknown {
  if (bytes.length <= SLICE_BYTES) return parseJson(bytes.toString());
  return inTurns(bytes, tenantId);
}

async function inTurns(bytes: Buffer, tenantId: string): Promise<unknown> {
  const release = await parser.take(tenantId);
  try {
    const pace = createPace();
    const parseNext = parseInSlices(bytes);
    for (;;) {
      const whole = parseNext();
      if (whole !== undefined) return whole.value;
      await pace();
    }
  } finally {
    release();
  }
}
