/** When a message that was not taken is sent again: ever more rarely, over three days. */

/** Seconds from one attempt to the next; 71 hours and 43 minutes in all. docs/webhooks.md shows the same table, held to this by a test. */
export const SCHEDULE = [
  5, 30, 120, 600, 1_800, 3_600, 7_200, 14_400, 28_800, 43_200, 72_000, 86_400,
] as const;

/** Longest time that a `Retry-After` is taken at its word, in seconds. */
export const LONGEST_WAIT = 86_400;

/**
 * Seconds until the next attempt: those of the schedule, a fifth more or less so that what failed together does not come back together, and
 * no less than the receiver asked for.
 *
 * @param tries attempts so far, this one counted
 * @param random from 0 up to 1
 * @returns `undefined` when that was the last one
 */
export function nextDelay(
  tries: number,
  { retryAfter = 0, random = Math.random() }: { retryAfter?: number | undefined; random?: number } = {},
): number | undefined {
  const planned = SCHEDULE[tries - 1];
  if (planned === undefined) return undefined;
  return Math.max(planned * (0.8 + 0.4 * random), Math.min(retryAfter, LONGEST_WAIT));
}

/** Seconds that an endpoint is left alone which failed so often in a row, so that the dead cost next to nothing. */
export const restAfter = (failures: number, from: number): number =>
  failures < from ? 0 : Math.min(60, 2 ** (failures - from));
