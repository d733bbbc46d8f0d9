/** Forecasts the end of an import from its pace and the quota of its API key. */

import type { Quota } from './quota.ts';

export interface Forecast {
  /** Call for each answer of the server. */
  answered: () => void;
  /** Call when the server accepts a stream. */
  accepted: (quota: Quota | undefined) => void;
  /** Call when the stream breaks. */
  broke: () => void;
  quota: () => Quota | undefined;
  /** Milliseconds since the last answer or the start of the stream; 0 without a stream. */
  silenceMs: () => number;
  /** Milliseconds until the quota admits the next order. */
  waitMs: () => number;
  /**
   * Milliseconds until this many more orders are answered; `undefined` before the first answer.
   *
   * @param isUsedUp whether another client used the quota, so that the wait is a whole period
   */
  remainingMs: (orders: number, isUsedUp?: boolean) => number | undefined;
  /**
   * Orders a second, without the time of waits for the quota; `undefined` before the first answer.
   */
  pace: () => number | undefined;
}

/** @param now monotonic milliseconds */
export function createForecast(now: () => number): Forecast {
  const startedAt = now();
  /**
   * Ring buffer: times of the last `quota.count` answers. The next one goes to `count % length`.
   */
  let times = new Float64Array(1);
  /** Answers under this quota. */
  let count = 0;
  let total = 0;
  let quota: Quota | undefined;
  /** Total time of waits for the quota. */
  let waitedMs = 0;
  let waitingSince: number | undefined;
  let lastHeardAt: number | undefined;

  /** Time of the answer `back` before the next one; `undefined` if there is none. */
  const timeBefore = (back: number): number | undefined =>
    back <= count && back <= times.length ? times[(count - back) % times.length] : undefined;
  const admittedAt = (back: number): number =>
    Math.max(now(), (timeBefore(back) ?? Number.NEGATIVE_INFINITY) + (quota?.ms ?? 0));
  const waitMs = () => (quota === undefined ? 0 : Math.max(0, admittedAt(quota.count) - now()));
  const pace = () => {
    const ms = now() - startedAt - waitedMs - (waitingSince === undefined ? 0 : now() - waitingSince);
    return total === 0 ? undefined : (total / Math.max(ms, 1)) * 1_000;
  };

  return {
    answered() {
      if (waitingSince !== undefined) waitedMs += now() - waitingSince;
      waitingSince = undefined;
      times[count % times.length] = now();
      count += 1;
      total += 1;
      lastHeardAt = now();
      if (waitMs() > 0) waitingSince = now();
    },
    accepted(given) {
      lastHeardAt = now();
      if (given === undefined || (given.count === quota?.count && given.ms === quota.ms)) return;
      quota = given;
      times = new Float64Array(given.count);
      count = 0;
    },
    broke() {
      lastHeardAt = undefined;
    },
    quota: () => quota,
    silenceMs: () => (lastHeardAt === undefined ? 0 : now() - lastHeardAt),
    waitMs,
    pace,
    remainingMs(orders, isUsedUp = false) {
      const rate = pace();
      if (isUsedUp && quota !== undefined) return Math.ceil(orders / quota.count) * quota.ms;
      if (rate === undefined) return undefined;
      const byPace = (orders / rate) * 1_000;
      if (quota === undefined || orders === 0) return byPace;
      // The quota admits each order one period after the order that is `quota.count` before it.
      const periods = Math.ceil(orders / quota.count);
      const byQuota = admittedAt(periods * quota.count - orders + 1) - now() + (periods - 1) * quota.ms;
      return Math.max(byPace, byQuota);
    },
  };
}
