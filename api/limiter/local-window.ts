/**
 * The window of sliding-window.lua in this process's memory, for when there is no Redis, or it is
 * slow or gone.
 */
import type { Decision, Policy } from './decision.ts';

/** Windows kept at most; the one that was used longest ago goes. A window holds at most `quota` times. */
const CAPACITY = 10_000;
/** Times that have left a window and are still in its list, at least, before it is cut. */
const CUT_FROM = 1_000;

export interface LocalWindow {
  take: (subject: string, policy: Policy) => Decision;
}

interface Window {
  /**
   * When requests passed, oldest first. Those before `first` have left: popping each would move all
   * the others.
   */
  times: number[];
  first: number;
  usedAt: number;
  /** Milliseconds. */
  length: number;
}

/** @param now monotonic milliseconds */
export function createLocalWindow(now: () => number): LocalWindow {
  /** The one that was used longest ago first. */
  const windows = new Map<string, Window>();

  function drop(at: number): void {
    for (const [key, { usedAt, length }] of windows) {
      if (windows.size < CAPACITY && at - usedAt < length) return;
      windows.delete(key);
    }
  }

  return {
    take(subject, { name, rate }) {
      const key = `${subject} ${name}`;
      const length = rate.seconds * 1_000;
      const at = now();
      const window = windows.get(key) ?? { times: [], first: 0, usedAt: at, length };
      windows.delete(key);
      drop(at);
      windows.set(key, window);
      window.usedAt = at;

      const { times } = window;
      while (window.first < times.length && at - times[window.first]! >= length) window.first += 1;
      if (window.first >= CUT_FROM && window.first * 2 >= times.length) {
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
        // The age first: a sum of fractions could come out a hair above the window's length, and be a second more.
        resetSeconds: Math.max(1, Math.ceil((length - (at - blocking)) / 1_000)),
        source: 'local',
      };
    },
  };
}
