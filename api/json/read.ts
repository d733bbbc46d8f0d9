/** JSON of any length that a body may have. */
import { createPace } from '../../platform/pace.ts';
import { parseJson } from './parse.ts';
import { SLICE_BYTES, parseInSlices } from './slices.ts';

/** Texts that are being parsed in turns, one after the other: the heap holds one of them half done, not all. */
let before: Promise<unknown> = Promise.resolve();

/**
 * Parses a text; a long one in turns of the event loop.
 *
 * @throws {Problem} 400 `malformed_json`, 422 `invalid_body`
 */
export function readJson(bytes: Buffer): unknown {
  if (bytes.length <= SLICE_BYTES) return parseJson(bytes.toString());
  const reading = before.then(() => inTurns(bytes));
  before = reading.catch(() => {});
  return reading;
}

async function inTurns(bytes: Buffer): Promise<unknown> {
  const pace = createPace();
  const parseNext = parseInSlices(bytes);
  for (;;) {
    const whole = parseNext();
    if (whole !== undefined) return whole.value;
    await pace();
  }
}
