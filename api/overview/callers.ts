/**
 * Counts requests by API key over the last ten seconds. Metrics cannot: their labels are bounded.
 */

import { toId } from '../../store/ids.ts';

/** Counts of answers to one API key. */
export interface Calls {
  tenant: string;
  requests: number;
  replayed: number;
  limited: number;
  shed: number;
}
export type CallsByKey = Record<string, Calls>;

const PERIOD_SECONDS = 10;
/** API keys that are counted in a second. Further keys are not counted. */
const KEYS_MAX = 1_000;
/** Rows of the table on /ops. */
const SHOWN_KEYS_MAX = 10;

export interface Callers {
  note: (call: { keyId: string; tenantId: string; status: number; replayed: boolean }) => void;
  /** Counts of the last ten full seconds. */
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
      for (const old of seconds.keys()) if (old < second - PERIOD_SECONDS) seconds.delete(old);
    }
    return found;
  };
  return {
    note({ keyId, tenantId, status, replayed }) {
      const keys = bucket();
      let calls = keys.get(keyId);
      if (calls === undefined) {
        if (keys.size >= KEYS_MAX) return;
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
      const past = [...seconds].filter(([second]) => second < current && second >= current - PERIOD_SECONDS);
      return addUp(past.map(([, keys]) => Object.fromEntries(keys)));
    },
  };
}

/** The sum over processes or seconds. */
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

/** The quotas of a key as `/ops` shows them: `COUNT/SECONDS`. */
export interface ShownQuotas {
  write: string;
  read: string;
  /** `null`: the tenant has none. */
  tenant_write: string | null;
  tenant_read: string | null;
}

/** The keys with the most requests, with rates a second. */
export const busiest = (all: CallsByKey): (Calls & { key_id: string })[] =>
  Object.entries(all)
    .toSorted(([, a], [, b]) => b.requests - a.requests)
    .slice(0, SHOWN_KEYS_MAX)
    .map(([keyId, { tenant, requests, replayed, limited, shed }]) => ({
      key_id: toId('key', keyId),
      tenant,
      requests: requests / PERIOD_SECONDS,
      replayed: replayed / PERIOD_SECONDS,
      limited: limited / PERIOD_SECONDS,
      shed: shed / PERIOD_SECONDS,
    }));
