/** Times of the log (RFC 3339, UTC, milliseconds) as messages, and times of messages. */
import type { Timestamp } from '../generated/google/protobuf/timestamp.ts';

/** The years 1 to 9999, the range of google.protobuf.Timestamp. */
const [SECONDS_MIN, SECONDS_MAX] = [-62_135_596_800, 253_402_300_799];

/** Error detail for a message that is no {@link isTime time}. */
export const TIME_EXPECTED = 'must be a time in the years 1 to 9999';

/** Leaves out the last second, so that a fraction may be rounded up. */
export const isTime = ({ seconds, nanos }: Timestamp): boolean =>
  seconds >= SECONDS_MIN && seconds < SECONDS_MAX && nanos >= 0 && nanos < 1e9;

/** @param text a time of the log */
export function timestamp(text: string): Timestamp {
  const ms = Date.parse(text);
  const seconds = Math.floor(ms / 1_000);
  return { seconds, nanos: (ms - seconds * 1_000) * 1_000_000 };
}

/** @param text a time of the log; an absent one is an absent field */
export const timestampIfAny = (text: string | undefined): Timestamp | undefined =>
  text === undefined ? undefined : timestamp(text);

/** A time as the log has it, rounded down to the millisecond. @param time within the range */
export const textOfTime = ({ seconds, nanos }: Timestamp): string =>
  new Date(seconds * 1_000 + Math.floor(nanos / 1e6)).toISOString();
