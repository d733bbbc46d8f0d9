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
