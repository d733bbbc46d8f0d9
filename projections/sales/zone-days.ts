/** The days of a time zone. A day is a number: days since 1970-01-01. */

const DAY_MS = 24 * 60 * 60_000;
const QUARTER_MS = 15 * 60_000;
/** No zone is further from UTC. */
const OFFSET_MAX_MS = 15 * 60 * 60_000;

export interface ZoneDays {
  /** The day at an instant, in milliseconds since 1970. */
  dayAt: (ms: number) => number;
  /** The start of a day in milliseconds: its first quarter of an hour. */
  startOf: (day: number) => number;
}

/**
 * The days of an IANA time zone.
 *
 * @returns `undefined` for an unknown zone
 */
export function daysIn(timezone: string): ZoneDays | undefined {
  const format = formatOf(timezone);
  if (format === undefined) return undefined;
  const dayAt = (ms: number): number => {
    const parts = new Map(format.formatToParts(ms).map(({ type, value }) => [type, Number(value)]));
    const date = new Date(0);
    date.setUTCFullYear(parts.get('year')!, parts.get('month')! - 1, parts.get('day')!);
    return date.getTime() / DAY_MS;
  };
  return {
    dayAt,
    startOf(day) {
      // A clock that is set back or forth at midnight leaves no simple rule: halve the range.
      let low = (day * DAY_MS - OFFSET_MAX_MS) / QUARTER_MS;
      let high = (day * DAY_MS + OFFSET_MAX_MS) / QUARTER_MS;
      while (low < high) {
        const middle = Math.floor((low + high) / 2);
        if (dayAt(middle * QUARTER_MS) >= day) high = middle;
        else low = middle + 1;
      }
      return low * QUARTER_MS;
    },
  };
}

const formats = new Map<string, Intl.DateTimeFormat>();
/** There are fewer than 600 names; clients can spell them in upper and lower case. */
const FORMATS_MAX = 1_000;

function formatOf(timezone: string): Intl.DateTimeFormat | undefined {
  const known = formats.get(timezone);
  if (known !== undefined) return known;
  // Offsets such as +01:00 are no names.
  if (!/^[A-Za-z]/.test(timezone)) return undefined;
  try {
    const options = { year: 'numeric', month: 'numeric', day: 'numeric', calendar: 'gregory' } as const;
    const format = new Intl.DateTimeFormat('en-US', { ...options, timeZone: timezone });
    if (formats.size < FORMATS_MAX) formats.set(timezone, format);
    return format;
  } catch {
    return undefined;
  }
}

/** `YYYY-MM-DD`, from the year 1 on. */
export const dayText = (day: number): string => new Date(day * DAY_MS).toISOString().slice(0, 10);

/** @param text `YYYY-MM-DD` */
export const dayOf = (text: string): number => Date.parse(`${text}T00:00:00Z`) / DAY_MS;
