/** The addresses that are over their quota of requests without a valid key. */
import { RateLimited } from './rate-limited.ts';

/** Addresses over their quota. Beyond it the oldest is evicted. */
const OVER_QUOTA_MAX = 10_000;
/** Between two look-ups for an address over its quota. */
const SPARE_INTERVAL_MS = 1_000;

/** The address of a caller, and its quota of requests without a valid key. */
export interface CallerAddress {
  subject: string;
  /** Counts one request. Throws {@link RateLimited}. */
  count: () => Promise<void>;
}

export interface AddressQuotas {
  /**
   * Whether an address may have a look-up, without counting it.
   *
   * @param isSpared whether it may have one a second beyond its quota
   */
  admits: (subject: string, isSpared: boolean) => boolean;
  /** Counts one request. Throws {@link RateLimited}. */
  count: (address: CallerAddress) => Promise<void>;
}

/** @param now monotonic milliseconds */
export function createAddressQuotas(now: () => number): AddressQuotas {
  const over = new Map<string, { until: number; spareAt: number }>();

  function noteOver(subject: string, resetSeconds: number): void {
    const spareAt = over.get(subject)?.spareAt ?? now() + SPARE_INTERVAL_MS;
    over.delete(subject);
    if (over.size >= OVER_QUOTA_MAX) over.delete(over.keys().next().value ?? '');
    over.set(subject, { until: now() + resetSeconds * 1_000, spareAt });
  }

  return {
    admits(subject, isSpared) {
      const state = over.get(subject);
      if (state === undefined) return true;
      if (state.until <= now()) {
        over.delete(subject);
        return true;
      }
      if (!isSpared || now() < state.spareAt) return false;
      state.spareAt = now() + SPARE_INTERVAL_MS;
      return true;
    },
    async count({ subject, count }) {
      try {
        await count();
      } catch (error) {
        if (error instanceof RateLimited) noteOver(subject, error.decision.resetSeconds);
        throw error;
      }
    },
  };
}
