/** The algorithm of sliding-window.lua in this process's memory: for a node without Redis. */
import type { Decision, Policy } from './decision.ts';

/** Beyond it the least recently used window is evicted. A window holds at most `quota` times. */
const WINDOWS_MAX = 10_000;
/** Expired times that a list keeps before they are removed together. */
const EXPIRED_TIMES_MIN = 1_000;

export interface LocalWindow {
  take: (subject: string, policy: Policy) => Decision;
}

interface Window {
  /**
   * Times of the requests that passed, oldest first. Those before `first` are expired: to shift
   * each would move all the others.
   */
  times: number[];
  first: number;
  usedAt: number;
  lengthMs: number;
}

/** @param now monotonic milliseconds */
export function createLocalWindow(now: () => number): LocalWindow {
  /** Least recently used first. */
  const windows = new Map<string, Window>();

  function evict(at: number): void {
    for (const [key, { usedAt, lengthMs }] of windows) {
      if (windows.size < WINDOWS_MAX && at - usedAt < lengthMs) return;
      windows.delete(key);
    }
  }

  return {
    take(subject, { name, rate }) {
      const key = `${subject} ${name}`;
      const lengthMs = rate.seconds * 1_000;
      const at = now();
      const window = windows.get(key) ?? { times: [], first: 0, usedAt: at, lengthMs };
      windows.delete(key);
      evict(at);
      windows.set(key, window);
      window.usedAt = at;

      const { times } = window;
      while (window.first < times.length && at - times[window.first]! >= lengthMs) window.first += 1;
      if (window.first >= EXPIRED_TIMES_MIN && window.first * 2 >= times.length) {
        times.splice(0, window.first);
        window.first = 0;
      }

      const used = times.length - window.first;
      const allowed = used < rate.count;
      const blocking = times[allowed ? window.first : times.length - rate.count] ?? at;
      const remaining = allowed ? rate.count - used - 1 : 0;
      if (allowed) times.push(at);
      return {
        allowed,
        rate,
        remaining,
        // The age first: another order of the fractions could round up to one second more.
        resetSeconds: Math.max(1, Math.ceil((lengthMs - (at - blocking)) / 1_000)),
        source: 'local',
      };
    },
  };
}
