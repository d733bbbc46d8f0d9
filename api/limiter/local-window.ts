/** The algorithm of sliding-window.lua in this process's memory: for a node without Redis. */
import {
  type Decision,
  type Policy,
  type Quota,
  type WindowState,
  decisionOf,
  quotasOf,
} from './decision.ts';

/** Beyond it the least recently used window is evicted. A window holds at most `quota` times. */
const WINDOWS_MAX = 10_000;
/** Expired times that a list keeps before they are removed together. */
const EXPIRED_TIMES_MIN = 1_000;

export interface LocalWindow {
  /** @param tenant the quota that bounds the request too */
  take: (subject: string, policy: Policy, tenant?: Quota) => Decision;
  /** Removes the newest request from its windows. */
  giveBack: (subject: string, policy: Policy, tenant?: Quota) => void;
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

const nameOf = ({ subject, policy }: Quota) => `${subject} ${policy.name}`;
const usedOf = ({ times, first }: Window) => times.length - first;

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

  /** The window of a quota without its expired times. */
  function windowAt(quota: Quota, at: number): Window {
    const key = nameOf(quota);
    const lengthMs = quota.policy.rate.seconds * 1_000;
    const window = windows.get(key) ?? { times: [], first: 0, usedAt: at, lengthMs };
    windows.delete(key);
    evict(at);
    windows.set(key, window);
    window.usedAt = at;
    window.lengthMs = lengthMs;

    const { times } = window;
    while (window.first < times.length && at - times[window.first]! >= lengthMs) window.first += 1;
    if (window.first >= EXPIRED_TIMES_MIN && window.first * 2 >= times.length) {
      times.splice(0, window.first);
      window.first = 0;
    }
    return window;
  }

  return {
    take(subject, policy, tenant) {
      const at = now();
      const open = quotasOf(subject, policy, tenant).map((quota) => ({
        quota,
        window: windowAt(quota, at),
      }));
      const allowed = open.every(({ quota, window }) => usedOf(window) < quota.policy.rate.count);
      const states = open.map(({ quota, window }): WindowState => {
        if (allowed) window.times.push(at);
        const free = quota.policy.rate.count - usedOf(window);
        const blocking = window.times[window.first + Math.max(0, -free)] ?? at;
        // The age first: another order of the fractions could round up to one second more.
        const waitMs = window.lengthMs - (at - blocking);
        return { policy: quota.policy, remaining: Math.max(0, free), waitMs };
      });
      return decisionOf(allowed, states, 'local');
    },
    giveBack(subject, policy, tenant) {
      for (const quota of quotasOf(subject, policy, tenant)) {
        const window = windows.get(nameOf(quota));
        if (window && usedOf(window) > 0) window.times.pop();
      }
    },
  };
}
