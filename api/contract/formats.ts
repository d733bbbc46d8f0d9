/** The formats of the contract, which no pattern can express. */
import { isDay, isTime } from '../lists/instant.ts';

/** By OpenAPI name. The judge uses them too, so that both know the same calendar. */
export const FORMATS = {
  'date-time': { type: 'string', validate: isTime },
  date: { type: 'string', validate: isDay },
} as const;

/** Error detail by format. */
export const FORMAT_EXPECTED: Partial<Record<string, string>> = {
  'date-time': 'must be a time such as 2026-11-25T10:00:00Z',
  date: 'must be a day such as 2026-11-25',
};
