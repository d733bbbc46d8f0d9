/** Measures the rate of messages. */

export interface MeasuredRate {
  messages: number;
  /** The most messages that arrived within any second. */
  most: number;
}

/** @param now milliseconds, which never decrease */
export function createRateMeter(now: () => number = () => performance.now()) {
  const lastSecond: number[] = [];
  const measured: MeasuredRate = { messages: 0, most: 0 };
  return {
    count(): void {
      const at = now();
      while (lastSecond.length > 0 && lastSecond[0]! <= at - 1_000) lastSecond.shift();
      lastSecond.push(at);
      measured.messages += 1;
      measured.most = Math.max(measured.most, lastSecond.length);
    },
    rate: (): MeasuredRate => measured,
  };
}
