/**
 * The retry budget of a client: it limits the retries of all its calls together, so that many
 * failed calls do not become a retry storm. A call that finds no retry waits for one.
 *
 * | source             | adds retries                                                      |
 * |--------------------|-------------------------------------------------------------------|
 * | time               | 10 a second, so that a client with few calls can always retry      |
 * | each request       | 0.1                                                               |
 * | each retry that succeeds | 1: after an outage, waiting calls follow each response |
 *
 * At most 10 retries accumulate. During an outage a server gets 10 retries a second from a client,
 * plus one for every 10 new requests.
 */
export interface RetryBudget {
  /** Call once for each new request. */
  earn: () => void;
  /** Call when a retry got a final response. */
  repay: () => void;
  /**
   * Takes one retry; waiting calls get theirs in the order of arrival.
   *
   * @param maxWaitMs limit of the wait
   * @param signal aborts the wait
   * @returns `false` if there was none in time
   */
  spend: (maxWaitMs: number, signal?: AbortSignal) => Promise<boolean>;
}

const RETRIES_PER_SECOND = 10;
const RETRIES_PER_REQUEST = 0.1;
const RETRIES_MAX = 10;

export function createRetryBudget(): RetryBudget {
  let retries = RETRIES_MAX;
  let updatedAtMs = performance.now();
  /** In the order of arrival. */
  const waiting = new Set<() => void>();
  let timer: ReturnType<typeof setTimeout> | undefined;

  function add(earned: number): void {
    const nowMs = performance.now();
    const accrued = (RETRIES_PER_SECOND * (nowMs - updatedAtMs)) / 1_000;
    retries = Math.min(RETRIES_MAX, retries + earned + accrued);
    updatedAtMs = nowMs;
    for (const take of waiting) {
      if (retries < 1) break;
      waiting.delete(take);
      retries -= 1;
      take();
    }
    clearTimeout(timer);
    if (waiting.size > 0) {
      timer = setTimeout(add, Math.ceil(((1 - retries) * 1_000) / RETRIES_PER_SECOND), 0);
    }
  }

  return {
    earn: () => add(RETRIES_PER_REQUEST),
    repay: () => add(1),
    spend(maxWaitMs, signal) {
      return new Promise((resolve) => {
        const settle = (taken: boolean) => {
          clearTimeout(timeout);
          signal?.removeEventListener('abort', giveUp);
          resolve(taken);
        };
        const take = () => settle(true);
        const giveUp = () => {
          waiting.delete(take);
          settle(false);
        };
        const timeout = setTimeout(giveUp, maxWaitMs);
        signal?.addEventListener('abort', giveUp, { once: true });
        waiting.add(take);
        add(0);
        if (signal?.aborted) giveUp();
      });
    },
  };
}
