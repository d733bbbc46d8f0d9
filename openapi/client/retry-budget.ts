/**
 * How many retries a client may make beside its requests, so that many clients in trouble do not become a storm: one for every ten
 * requests, and ten saved up at most.
 */
const EARNED = 0.1;
const SAVED = 10;

export interface RetryBudget {
  /** A request was made. */
  earn: () => void;
  /** Takes a retry out of the budget; `false` when there is none. */
  spend: () => boolean;
}

export function createRetryBudget(): RetryBudget {
  let left = SAVED;
  return {
    earn() {
      left = Math.min(SAVED, left + EARNED);
    },
    spend() {
      if (left < 1) return false;
      left -= 1;
      return true;
    },
  };
}
