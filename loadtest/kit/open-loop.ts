/**
 * Arrivals at a given rate, whatever the answers do. A latency counts from when the request was due, not from when it could be sent: a server that stands
 * still is seen standing still (Gil Tene, "How NOT to Measure Latency": coordinated omission).
 */
import { setTimeout as delay } from 'node:timers/promises';

export interface OpenLoop {
  /** Arrivals a second, at a moment of the run. */
  rate: (seconds: number) => number;
  /** Whether it goes on, at a moment of the run. */
  goesOn: (seconds: number) => boolean;
  /** One request; `due` is when it should have been sent, as of `performance.now()`. */
  send: (due: number) => Promise<void>;
}

/** Resolves when the last answer is there. */
export async function openLoop({ rate, goesOn, send }: OpenLoop): Promise<void> {
  const under = new Set<Promise<void>>();
  const began = performance.now();
  let due = began;
  while (goesOn((due - began) / 1_000)) {
    const now = performance.now();
    if (due > now + 1) await delay(due - now);
    const one = send(due).finally(() => under.delete(one));
    under.add(one);
    due += 1_000 / rate((due - began) / 1_000);
  }
  await Promise.all(under);
}

/** The value below which a share `q` of them lies. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? Number.NaN;
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);
