/** When an import will be done, as far as its pace and the quota of its key tell. */

/** A sliding window: so many orders in any so many milliseconds. */
export interface Quota {
  count: number;
  ms: number;
}

export interface Forecast {
  /** Told of each order that the server has answered. */
  answered: () => void;
  quota: Quota | undefined;
  /** Milliseconds until the quota lets the next order pass; 0 when it does now. */
  wait: () => number;
  /** Milliseconds until so many more are answered; `undefined` while nothing is known. */
  left: (orders: number) => number | undefined;
  /** Orders a second, while the quota let them pass; `undefined` while nothing is known. */
  pace: () => number | undefined;
}

/** @param now monotonic milliseconds */
export function createForecast(now: () => number): Forecast {
  const started = now();
  /** Times of the last answers, as many as the quota has; the next goes to `count % length`. */
  let times = new Float64Array(1);
  let count = 0;
  /** Of all answers, whatever the quota was. */
  let total = 0;
  let quota: Quota | undefined;
  /** Milliseconds in which the quota was used up. */
  let waited = 0;
  let waitingSince: number | undefined;

  /** When the answer came that is so many before the next one; `undefined` when it was never. */
  const timeBefore = (back: number): number | undefined =>
    back <= count && back <= times.length ? times[(count - back) % times.length] : undefined;
  const passesAt = (back: number): number =>
    Math.max(now(), (timeBefore(back) ?? Number.NEGATIVE_INFINITY) + (quota?.ms ?? 0));
  const wait = () => (quota === undefined ? 0 : passesAt(quota.count) - now());
  const pace = () => {
    const ms = now() - started - waited - (waitingSince === undefined ? 0 : now() - waitingSince);
    return total === 0 ? undefined : (total / Math.max(ms, 1)) * 1_000;
  };

  return {
    answered() {
      if (waitingSince !== undefined) waited += now() - waitingSince;
      waitingSince = undefined;
      times[count % times.length] = now();
      count += 1;
      total += 1;
      if (wait() > 0) waitingSince = now();
    },
    get quota() {
      return quota;
    },
    set quota(given) {
      if (given === undefined || (given.count === quota?.count && given.ms === quota.ms)) return;
      quota = given;
      times = new Float64Array(given.count);
      count = 0;
    },
    wait,
    pace,
    left(orders) {
      const rate = pace();
      if (rate === undefined) return undefined;
      const byPace = (orders / rate) * 1_000;
      if (quota === undefined || orders === 0) return byPace;
      // Each order passes one window after the one that stands a quota before it.
      const windows = Math.ceil(orders / quota.count);
      const byQuota = passesAt(windows * quota.count - orders + 1) - now() + (windows - 1) * quota.ms;
      return Math.max(byPace, byQuota);
    },
  };
}
