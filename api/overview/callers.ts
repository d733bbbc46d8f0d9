/** Who calls, over the last ten seconds. Kept apart from the metrics, whose labels are bounded and name nobody. */

import { toId } from '../../store/ids.ts';

/** What one API key was answered, in requests. */
export interface Calls {
  tenant: string;
  requests: number;
  replayed: number;
  limited: number;
  shed: number;
}
export type CallsByKey = Record<string, Calls>;

const SECONDS = 10;
/** API keys that are told apart in one second; the others are not counted. */
const MOST = 1_000;
const SHOWN = 10;

export interface Callers {
  note: (call: { keyId: string; tenantId: string; status: number; replayed: boolean }) => void;
  /** All of the last ten seconds; the one that is under way is left out. */
  recent: () => CallsByKey;
}

/** @param now monotonic milliseconds */
export function createCallers(now: () => number): Callers {
  const seconds = new Map<number, Map<string, Calls>>();
  const bucket = (): Map<string, Calls> => {
    const second = Math.floor(now() / 1_000);
    let found = seconds.get(second);
    if (found === undefined) {
      found = new Map();
      seconds.set(second, found);
      for (const old of seconds.keys()) if (old < second - SECONDS) seconds.delete(old);
    }
    return found;
  };
  return {
    note({ keyId, tenantId, status, replayed }) {
      const keys = bucket();
      let calls = keys.get(keyId);
      if (calls === undefined) {
        if (keys.size >= MOST) return;
        calls = { tenant: tenantId, requests: 0, replayed: 0, limited: 0, shed: 0 };
        keys.set(keyId, calls);
      }
      calls.requests += 1;
      if (replayed) calls.replayed += 1;
      if (status === 429) calls.limited += 1;
      if (status === 503) calls.shed += 1;
    },
    recent() {
      const current = Math.floor(now() / 1_000);
      const past = [...seconds].filter(([second]) => second < current && second >= current - SECONDS);
      return addUp(past.map(([, keys]) => Object.fromEntries(keys)));
    },
  };
}

/** What several processes, or seconds, saw. */
export function addUp(parts: readonly CallsByKey[]): CallsByKey {
  const sums: CallsByKey = {};
  for (const part of parts) {
    for (const [key, calls] of Object.entries(part)) {
      const sum = (sums[key] ??= { tenant: calls.tenant, requests: 0, replayed: 0, limited: 0, shed: 0 });
      for (const count of ['requests', 'replayed', 'limited', 'shed'] as const) sum[count] += calls[count];
    }
  }
  return sums;
}

/** The busiest, a second each. */
export const busiest = (all: CallsByKey): (Calls & { key_id: string })[] =>
  Object.entries(all)
    .toSorted(([, a], [, b]) => b.requests - a.requests)
    .slice(0, SHOWN)
    .map(([keyId, { tenant, requests, replayed, limited, shed }]) => ({
      key_id: toId('key', keyId),
      tenant,
      requests: requests / SECONDS,
      replayed: replayed / SECONDS,
      limited: limited / SECONDS,
      shed: shed / SECONDS,
    }));
