/**
 * How often the calls of a client are repeated, all together, so that many calls in trouble do not become a storm. Whoever finds the
 * budget empty waits for its turn; it does not give up.
 *
 * | what            | adds retries                                                        |
 * |-----------------|---------------------------------------------------------------------|
 * | time            | 10 a second, so that a client with few calls always gets through     |
 * | each request    | 0.1                                                                 |
 * | each repeat that was answered | 1: once the server is back, those who wait follow as fast as it answers |
 *
 * At most 10 are saved up. So while a server is away, it gets 10 repeats a second of a client, and a tenth of its requests.
 */
export interface RetryBudget {
  /** A request was made. */
  earn: () => void;
  /** A repeat was answered, and the answer is one to keep. */
  repay: () => void;
  /**
   * Takes a retry, the one who came first before the others.
   *
   * @param ms to wait for it at most
   * @param signal ends the wait
   * @returns `false` when none came in time
   */
  spend: (ms: number, signal?: AbortSignal) => Promise<boolean>;
}

const PER_SECOND = 10;
const PER_REQUEST = 0.1;
const SAVED = 10;

export function createRetryBudget(): RetryBudget {
  let left = SAVED;
  let since = performance.now();
  /** In the order in which they came. */
  const waiting = new Set<() => void>();
  let timer: ReturnType<typeof setTimeout> | undefined;

  function add(retries: number): void {
    const now = performance.now();
    left = Math.min(SAVED, left + retries + (PER_SECOND * (now - since)) / 1_000);
    since = now;
    for (const take of waiting) {
      if (left < 1) break;
      waiting.delete(take);
      left -= 1;
      take();
    }
    clearTimeout(timer);
    if (waiting.size > 0) timer = setTimeout(add, Math.ceil(((1 - left) * 1_000) / PER_SECOND), 0);
  }

  return {
    earn: () => add(PER_REQUEST),
    repay: () => add(1),
    spend(ms, signal) {
      return new Promise((resolve) => {
        const settle = (taken: boolean) => {
          clearTimeout(late);
          signal?.removeEventListener('abort', giveUp);
          resolve(taken);
        };
        const take = () => settle(true);
        const giveUp = () => {
          waiting.delete(take);
          settle(false);
        };
        const late = setTimeout(giveUp, ms);
        signal?.addEventListener('abort', giveUp, { once: true });
        waiting.add(take);
        add(0);
        if (signal?.aborted) giveUp();
      });
    },
  };
}
