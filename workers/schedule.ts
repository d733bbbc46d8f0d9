/** The retry schedule of a delivery: 13 attempts, with growing delays over three days. */

/**
 * Seconds from each attempt to the next; 71 hours and 43 minutes in all. A test compares this with
 * the table in docs/webhooks.md.
 */
export const RETRY_DELAYS_SECONDS = [
  5, 30, 120, 600, 1_800, 3_600, 7_200, 14_400, 28_800, 43_200, 72_000, 86_400,
] as const;

/** A longer `Retry-After` of the receiver counts as this. */
export const RETRY_AFTER_SECONDS_MAX = 86_400;
/** The longest rest of an endpoint that fails. */
const REST_SECONDS_MAX = 60;

/**
 * The delay until the next attempt: the delay of the schedule ± 20 %, so that deliveries that
 * failed together do not retry together; and at least the receiver's `Retry-After`.
 *
 * @param tries attempts so far, with this one
 * @param retryAfter seconds
 * @param random from 0 up to 1
 * @returns seconds; `undefined` after the last attempt
 */
export function nextDelay(
  tries: number,
  { retryAfter = 0, random = Math.random() }: { retryAfter?: number | undefined; random?: number } = {},
): number | undefined {
  const planned = RETRY_DELAYS_SECONDS[tries - 1];
  if (planned === undefined) return undefined;
  return Math.max(planned * (0.8 + 0.4 * random), Math.min(retryAfter, RETRY_AFTER_SECONDS_MAX));
}

/**
 * The rest of an endpoint after failures in a row: none below `failuresMin`, then 1, 2, 4 … up to
 * 60 seconds, so that a dead endpoint costs little.
 *
 * @returns seconds
 */
export const restAfter = (failures: number, failuresMin: number): number =>
  failures < failuresMin ? 0 : Math.min(REST_SECONDS_MAX, 2 ** (failures - failuresMin));
