/**
 * An open loop: requests start at a given rate, whether or not responses arrive. A latency counts
 * from the time when the request was due, so that a stalled server shows (Gil Tene, "How NOT to
 * Measure Latency": coordinated omission).
 */
import { setTimeout as delay } from 'node:timers/promises';

export interface OpenLoop {
  /** Requests a second, at a time of the run. */
  rate: (seconds: number) => number;
  /** Whether the loop continues, at a time of the run. */
  goesOn: (seconds: number) => boolean;
  /** Sends one request; `dueMs` is when it was due, as of `performance.now()`. */
  send: (dueMs: number) => Promise<void>;
}

/** Resolves after the last response. */
export async function openLoop({ rate, goesOn, send }: OpenLoop): Promise<void> {
  const inFlight = new Set<Promise<void>>();
  const began = performance.now();
  let due = began;
  while (goesOn((due - began) / 1_000)) {
    const now = performance.now();
    if (due > now + 1) await delay(due - now);
    const one = send(due).finally(() => inFlight.delete(one));
    inFlight.add(one);
    due += 1_000 / rate((due - began) / 1_000);
  }
  await Promise.all(inFlight);
}

/** The value below which a share `q` of the values lies; NaN without values. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? Number.NaN;
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);
