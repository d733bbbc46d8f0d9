/** Forecasts the end of an import of history: the quota counts its orders and its records. */
import type { Forecast } from '../import-forecast.ts';
import { type Quota, quotaEndMs } from '../quota.ts';

export interface HistoryForecast extends Forecast {
  /** Call before a wait; without a quota it is one for the server. */
  waits: (ms: number, quota: Quota | undefined) => void;
}

export interface HistoryWrites {
  /** The quota of the API key, once an answer has named it. */
  quota: () => Quota | undefined;
  /** Orders and records that have no answer yet. */
  writesLeft: () => number;
}

/**
 * The pace is that of orders outside of waits. The end is the later one of two: by the pace, and by
 * the quota for the writes that are left. While the server is gone, there is no forecast.
 *
 * @param now monotonic milliseconds
 */
export function createHistoryForecast(
  now: () => number,
  { quota, writesLeft }: HistoryWrites,
): HistoryForecast {
  const startedAt = now();
  let orders = 0;
  /** Time of all waits, as if the last one were over. */
  let waitedMs = 0;
  let waitEndsAt = startedAt;
  let isForServer = false;

  const waitMs = () => Math.max(0, waitEndsAt - now());
  const pace = () => {
    const ms = now() - startedAt - (waitedMs - waitMs());
    return orders === 0 ? undefined : (orders / Math.max(ms, 1)) * 1_000;
  };
  return {
    answered() {
      orders += 1;
      isForServer = false;
    },
    accepted() {},
    broke() {},
    quota,
    silenceMs: () => 0,
    waits(ms, ofQuota) {
      waitedMs += ms - waitMs();
      waitEndsAt = now() + ms;
      isForServer = ofQuota === undefined;
    },
    waitMs: () => (isForServer ? 0 : waitMs()),
    pace,
    remainingMs(left) {
      const [rate, known] = [pace(), quota()];
      if (isForServer) return undefined;
      const byQuota = known === undefined ? undefined : quotaEndMs(known, writesLeft(), waitMs());
      if (rate === undefined) return waitMs() > 0 ? byQuota : undefined;
      return Math.max((left / rate) * 1_000, byQuota ?? 0);
    },
  };
}
