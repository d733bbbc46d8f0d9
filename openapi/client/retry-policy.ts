/**
 * The retry policy: exponential backoff with full jitter (Brooker, "Exponential Backoff And
 * Jitter", 2015). Pure: the caller passes time and random numbers.
 *
 * | after attempt | waits |
 * |---|---|
 * | 1 | 0 to 200 ms |
 * | 2 | 0 to 400 ms |
 * | 3 | 0 to 800 ms |
 * | 4 | 0 to 1.6 s |
 * | 5 | 0 to 3.2 s |
 *
 * and so on up to 10 s. A `Retry-After` of the response is added to the wait. The client gives up
 * after the last attempt, or if the wait would exceed the time limit of the call.
 */

/** The outcome of one attempt. */
export type Outcome =
  /**
   * No complete response: connection refused or lost, or timeout. The request may have taken
   * effect.
   */
  | { kind: 'no_response' }
  /** `retry` is that of the problem document; `undefined` for a success. */
  | { kind: 'response'; retry: string | undefined; retryAfterMs: number };

export interface Limits {
  /** Maximum number of times that a request is sent. */
  attempts: number;
  /** Time limit of the whole call, with all attempts. */
  totalMs: number;
}

const BACKOFF_MS_INITIAL = 200;
const BACKOFF_MS_MAX = 10_000;

/** Whether a retry of the same request may succeed. */
export const isRetryable = (outcome: Outcome): boolean =>
  outcome.kind === 'no_response' || outcome.retry === 'same_key' || outcome.retry === 'same_key_after';

/**
 * @param attempt number of the attempt that failed, from 1
 * @param elapsedMs since the first attempt
 * @param random from 0 up to 1
 * @returns milliseconds to wait before the next attempt; `undefined` if there must be none
 */
export function waitBeforeRetryMs(
  outcome: Outcome,
  { attempt, elapsedMs, random }: { attempt: number; elapsedMs: number; random: number },
  { attempts, totalMs }: Limits,
): number | undefined {
  if (!isRetryable(outcome) || attempt >= attempts) return undefined;
  const jitterMs = random * Math.min(BACKOFF_MS_MAX, BACKOFF_MS_INITIAL * 2 ** (attempt - 1));
  const waitMs = jitterMs + (outcome.kind === 'response' ? outcome.retryAfterMs : 0);
  return elapsedMs + waitMs > totalMs ? undefined : waitMs;
}
