/** When an import will be done, as far as its pace and the quota of its key tell. */

/** A sliding window: so many orders in any so many milliseconds. */
export interface Quota {
  count: number;
  ms: number;
}

export interface Forecast {
  /** Told of each order that the server has answered. */
  answered: () => void;
  /**
   * Milliseconds since the last answer, or since the server took the stream; 0 while there is none.
   */
  silence: () => number;
  /** Told that the server took a stream, and the quota of its orders. */
  accepted: (quota: Quota | undefined) => void;
  /** Told that the stream broke. */
  broke: () => void;
  quota: () => Quota | undefined;
  /** Milliseconds until the quota lets the next order pass; 0 when it does now. */
  wait: () => number;
  /**
   * Milliseconds until so many more are answered; `undefined` while nothing is known.
   *
   * @param isUsedUp by others, so that a whole window may have to pass
   */
  left: (orders: number, isUsedUp?: boolean) => number | undefined;
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
  let heard: number | undefined;

  /** When the answer came that is so many before the next one; `undefined` when it was never. */
  const timeBefore = (back: number): number | undefined =>
    back <= count && back <= times.length ? times[(count - back) % times.length] : undefined;
  const passesAt = (back: number): number =>
    Math.max(now(), (timeBefore(back) ?? Number.NEGATIVE_INFINITY) + (quota?.ms ?? 0));
  const wait = () => (quota === undefined ? 0 : Math.max(0, passesAt(quota.count) - now()));
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
      heard = now();
      if (wait() > 0) waitingSince = now();
    },
    accepted(given) {
      heard = now();
      if (given === undefined || (given.count === quota?.count && given.ms === quota.ms)) return;
      quota = given;
      times = new Float64Array(given.count);
      count = 0;
    },
    broke() {
      heard = undefined;
    },
    quota: () => quota,
    silence: () => (heard === undefined ? 0 : now() - heard),
    wait,
    pace,
    left(orders, isUsedUp = false) {
      const rate = pace();
      if (isUsedUp && quota !== undefined) return Math.ceil(orders / quota.count) * quota.ms;
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
