/** Times and days of requests: validation, and conversion to the log's milliseconds. */

const MINUTE_MS = 60_000;
const EARLIEST_MS = Date.parse('0001-01-01T00:00:00.000Z');
const LATEST_MS = Date.parse('9999-12-31T23:59:59.999Z');

const TIME =
  /^(\d{4})-(\d\d)-(\d\d)[Tt]([01]\d|2[0-3]):([0-5]\d):([0-5]\d|60)(?:\.(\d+))?(?:[Zz]|([+-])([01]\d|2[0-3]):([0-5]\d))$/;
const DAY = /^(\d{4})-(\d\d)-(\d\d)$/;

/** Whether a text is a time of RFC 3339. `Date.parse` also accepts 30 February and 24:00. */
export const isTime = (text: string): boolean => millisecondsOf(text) !== undefined;

/** Whether a text is a day of the calendar, from the year 1 on. */
export function isDay(text: string): boolean {
  const [, year, month, day] = DAY.exec(text) ?? [];
  const ms = midnightOf(Number(year), Number(month), Number(day));
  return ms !== undefined && ms >= EARLIEST_MS;
}

/**
 * A time in UTC and milliseconds, the format of the log. Clamped to the years 1 to 9999, which an
 * offset can leave.
 *
 * @param text that {@link isTime}
 * @param rounding of finer fractions. The log has whole milliseconds: "after .4875 s" is "after
 *   .487 s" (`down`), "before .4875 s" is "before .488 s" (`up`)
 */
export function instantOf(text: string | undefined, rounding: 'down' | 'up'): string | undefined {
  const time = text === undefined ? undefined : millisecondsOf(text);
  if (time === undefined) return undefined;
  const ms = time.ms + (rounding === 'up' && time.isFiner ? 1 : 0);
  return new Date(Math.min(Math.max(ms, EARLIEST_MS), LATEST_MS)).toISOString();
}

/** The instant one millisecond later, at most the end of the year 9999. */
export const millisecondAfter = (instant: string): string =>
  new Date(Math.min(Date.parse(instant) + 1, LATEST_MS)).toISOString();

function millisecondsOf(text: string): { ms: number; isFiner: boolean } | undefined {
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
  // A leap second ends a day of UTC. It becomes the first second of the next day.
  if (second === '60' && !new Date(minuteMs).toISOString().includes('T23:59')) return undefined;
  const ms = minuteMs + Number(second) * 1_000 + Number(fraction.slice(0, 3).padEnd(3, '0'));
  return { ms, isFiner: /[1-9]/.test(fraction.slice(3)) };
}

/** Midnight in ms since 1970; `undefined` for a day that the calendar does not have. */
function midnightOf(year: number, month: number, day: number): number | undefined {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day); // Date.UTC reads the year 99 as 1999
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? date.getTime() : undefined;
}
