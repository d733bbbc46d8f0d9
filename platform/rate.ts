/** A quota as text: `COUNT/SECONDS`, in settings, options and the database. */

/** A quota: at most `count` requests in any period of `seconds`. */
export interface Rate {
  count: number;
  seconds: number;
}

const COUNT_MAX = 100_000;
const SECONDS_MAX = 86_400;

export const RATE_EXPECTED = `must be COUNT/SECONDS, such as 600/60 (at most ${COUNT_MAX}/${SECONDS_MAX})`;

/** @returns `undefined` for a text that is no quota */
export function parseRate(text: string): Rate | undefined {
  const [, count, seconds] = /^([1-9]\d{0,5})\/([1-9]\d{0,4})$/.exec(text) ?? [];
  const rate = { count: Number(count), seconds: Number(seconds) };
  return rate.count <= COUNT_MAX && rate.seconds <= SECONDS_MAX ? rate : undefined;
}
