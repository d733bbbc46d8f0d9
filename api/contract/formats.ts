/** Formats of the contract that say more than a pattern can. */
import { isDay, isTime } from '../lists/instant.ts';

/** By their names in OpenAPI; the judge is given the same, so that the two cannot differ in the calendar. */
export const FORMATS = {
  'date-time': { type: 'string', validate: isTime },
  date: { type: 'string', validate: isDay },
} as const;

/** What a text of a format must be, for a client's developer to read. */
export const EXPECTED: Partial<Record<string, string>> = {
  'date-time': 'must be a time that exists, such as 2026-03-14T09:26:53Z',
  date: 'must be a day that exists, such as 2026-03-14',
};
