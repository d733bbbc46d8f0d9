import { Problem } from './problem.ts';

const EARLIEST = Date.parse('0001-01-01T00:00:00.000Z');

/**
 * An RFC 3339 time of a request, in UTC and milliseconds, so that two spellings of one instant are one.
 *
 * @throws {Problem} 400 for a time that does not exist
 */
export function instantOf(parameter: string, text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) {
    throw new Problem('invalid_parameter', `Not valid: ${parameter}.`, {
      errors: [{ parameter, detail: 'must be a time that exists, such as 2026-03-14T09:26:53Z' }],
    });
  }
  return new Date(Math.max(ms, EARLIEST)).toISOString();
}

/**
 * A day of a request, `YYYY-MM-DD`.
 *
 * @throws {Problem} 400 for a day that no calendar has
 */
export function dayOf(parameter: string, text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const ms = Date.parse(`${text}T00:00:00Z`);
  // Some readers take the 30th of February for a day of March.
  if (ms >= EARLIEST && new Date(ms).toISOString().startsWith(text)) return text;
  throw new Problem('invalid_parameter', `Not valid: ${parameter}.`, {
    errors: [{ parameter, detail: 'must be a day that exists, such as 2026-03-14' }],
  });
}
