/** The window of sliding-window.lua in this process's memory, for when Redis is slow or gone. */
import type { Decision, Policy } from './decision.ts';

/** Windows kept at most; the one that was used longest ago goes. A window holds at most `quota` times. */
const CAPACITY = 10_000;

export interface LocalWindow {
  take: (subject: string, policy: Policy) => Decision;
}

/** @param now monotonic milliseconds */
export function createLocalWindow(now: () => number): LocalWindow {
  const windows = new Map<string, number[]>();

  return {
    take(subject, { name, rate }) {
      const key = `${subject} ${name}`;
      const length = rate.seconds * 1_000;
      const at = now();
      const times = (windows.get(key) ?? []).filter((time) => at - time < length);
      windows.delete(key);
      if (windows.size >= CAPACITY) windows.delete(windows.keys().next().value ?? '');
      windows.set(key, times);

      const allowed = times.length < rate.count;
      const first = (allowed ? times[0] : times[times.length - rate.count]) ?? at;
      const remaining = allowed ? rate.count - times.length - 1 : 0;
      if (allowed) times.push(at);
      return {
        allowed,
        rate,
        remaining,
        // The age first: a sum of fractions could come out a hair above the window's length, and be a second more.
        resetSeconds: Math.max(1, Math.ceil((length - (at - first)) / 1_000)),
        source: 'local',
      };
    },
  };
}
