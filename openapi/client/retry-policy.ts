/**
 * When a client sends a request again. Pure: time and chance are handed in.
 *
 * | after attempt | waits, with full jitter |
 * |---|---|
 * | 1 | 0 to 200 ms |
 * | 2 | 0 to 400 ms |
 * | 3 | 0 to 800 ms |
 * | 4 | 0 to 1.6 s |
 * | 5 | 0 to 3.2 s |
 *
 * and so on up to 10 s. Where the answer has `Retry-After`, that time passes first, and the jitter comes on top. After the last attempt, or when
 * the wait would go beyond the time that the call has, it gives up. Full jitter: Brooker, "Exponential Backoff And Jitter", 2015.
 */

/** What became of one attempt. */
export type Outcome =
  /** No whole answer came: connection refused or cut, or the time was up. Nobody knows whether the request took effect. */
  | { kind: 'no_answer' }
  /** An answer; `retry` as the problem document says it, `undefined` where it is no problem. */
  | { kind: 'answer'; retry: string | undefined; retryAfterMs: number };

export interface Limits {
  /** Times that a request is sent at most. */
  attempts: number;
  /** Milliseconds that the whole call may take. */
  totalMs: number;
}

const FIRST_WAIT_MS = 200;
const LONGEST_WAIT_MS = 10_000;

/** Whether the same request may work out when it is sent again. */
export const isPassing = (outcome: Outcome): boolean =>
  outcome.kind === 'no_answer' || outcome.retry === 'same_key' || outcome.retry === 'same_key_after';

/**
 * @param attempt 1 for the first
 * @param elapsedMs since the first was sent
 * @param random from 0 up to 1
 * @returns milliseconds to wait before the next attempt, `undefined` to leave it at this
 */
export function waitBeforeRetry(
  outcome: Outcome,
  { attempt, elapsedMs, random }: { attempt: number; elapsedMs: number; random: number },
  { attempts, totalMs }: Limits,
): number | undefined {
  if (!isPassing(outcome) || attempt >= attempts) return undefined;
  const jitter = random * Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (attempt - 1));
  const wait = jitter + (outcome.kind === 'answer' ? outcome.retryAfterMs : 0);
  return elapsedMs + wait > totalMs ? undefined : wait;
}
