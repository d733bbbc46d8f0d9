/** Times and days of requests: which there are, and what they are in the log. */

const MINUTE_MS = 60_000;
const EARLIEST_MS = Date.parse('0001-01-01T00:00:00.000Z');
const LATEST_MS = Date.parse('9999-12-31T23:59:59.999Z');

const TIME =
  /^(\d{4})-(\d\d)-(\d\d)[Tt]([01]\d|2[0-3]):([0-5]\d):([0-5]\d|60)(?:\.(\d+))?(?:[Zz]|([+-])([01]\d|2[0-3]):([0-5]\d))$/;
const DAY = /^(\d{4})-(\d\d)-(\d\d)$/;

/** Whether a text is a time of RFC 3339, to the letter: `Date.parse` takes the 30th of February, 24:00, and offsets that are none. */
export const isTime = (text: string): boolean => millisecondsOf(text) !== undefined;

/** Whether a text is a day that the calendar has, of the year 1 or later. */
export function isDay(text: string): boolean {
  const [, year, month, day] = DAY.exec(text) ?? [];
  const ms = midnightOf(Number(year), Number(month), Number(day));
  return ms !== undefined && ms >= EARLIEST_MS;
}

/**
 * A time of a request, in UTC and in the log's milliseconds, so that two spellings of one instant are one. A time before the year 1
 * or after 9999, which an offset can lead to, is the first or the last of those: the log has none beyond them.
 *
 * @param text that {@link isTime}
 * @param rounding of what is finer than a millisecond. The log's times are whole ones, so those after .4875 s are those after .487 s
 *   (`down`), and those before it are those before .488 s (`up`)
 */
export function instantOf(text: string | undefined, rounding: 'down' | 'up'): string | undefined {
  const time = text === undefined ? undefined : millisecondsOf(text);
  if (time === undefined) return undefined;
  const ms = time.ms + (rounding === 'up' && time.isMore ? 1 : 0);
  return new Date(Math.min(Math.max(ms, EARLIEST_MS), LATEST_MS)).toISOString();
}

function millisecondsOf(text: string): { ms: number; isMore: boolean } | undefined {
  const parts = TIME.exec(text);
  if (parts === null) return undefined;
  const [
    ,
    year,
    month,
    day,
    hour,
    minute,
    second,
    fraction = '',
    sign,
    offsetHour = '0',
    offsetMinute = '0',
  ] = parts;
  const midnight = midnightOf(Number(year), Number(month), Number(day));
  if (midnight === undefined) return undefined;
  const offsetMinutes = (sign === '-' ? -1 : 1) * (Number(offsetHour) * 60 + Number(offsetMinute));
  const minuteMs = midnight + (Number(hour) * 60 + Number(minute) - offsetMinutes) * MINUTE_MS;
  // A leap second ends a day of UTC. The log's clock has none: it is the first second of the next day.
  if (second === '60' && !new Date(minuteMs).toISOString().includes('T23:59')) return undefined;
  const ms = minuteMs + Number(second) * 1_000 + Number(fraction.slice(0, 3).padEnd(3, '0'));
  return { ms, isMore: /[1-9]/.test(fraction.slice(3)) };
}

/** Midnight of a day, in ms since 1970; `undefined` for one that the calendar does not have. */
function midnightOf(year: number, month: number, day: number): number | undefined {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day); // Date.UTC takes the year 99 for 1999
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? date.getTime() : undefined;
}
