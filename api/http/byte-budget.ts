/**
 * A budget of unread bytes, shared between callers: tenants, or addresses before authentication.
 * Beyond it, cuts a connection.
 */
import { createFairShare } from '../../platform/fair-share.ts';

export interface ByteBudget {
  /** Whether a caller may hold more. */
  admits: (caller: string) => boolean;
  /**
   * Counts bytes of a caller. If it may not hold them, cuts the oldest entry of the caller that
   * holds most, until it may.
   *
   * @param cut closes the connection of these bytes
   * @returns releases the bytes; idempotent
   */
  hold: (caller: string, bytes: number, cut: () => void) => () => void;
  /** Counted bytes of all callers, or of one. */
  held: (caller?: string) => number;
}

/** Answers leave after seconds: a caller alone has three quarters of the budget. */
const FREE_TIMES_MAX = 3;

/** Oldest first. */
type Entries = Set<{ cut: () => void }>;

export function createByteBudget({ totalBytesMax }: { totalBytesMax: number }): ByteBudget {
  const share = createFairShare({ capacity: totalBytesMax, freeTimesMax: FREE_TIMES_MAX });
  const callers = new Map<string, Entries>();

  function cutOldest(): void {
    const [oldest] = callers.get(share.richest()!)!;
    oldest!.cut();
  }

  return {
    admits: share.mayTake,
    hold(caller, bytes, cut) {
      const places = Math.min(bytes, totalBytesMax);
      let giveBack = share.tryTake(caller, places);
      while (giveBack === undefined) {
        cutOldest();
        giveBack = share.tryTake(caller, places);
      }
      let entries = callers.get(caller);
      if (entries === undefined) callers.set(caller, (entries = new Set()));
      const release = () => {
        giveBack();
        entries.delete(entry);
        if (entries.size === 0 && callers.get(caller) === entries) callers.delete(caller);
      };
      const entry = {
        cut() {
          release();
          cut();
        },
      };
      entries.add(entry);
      return release;
    },
    held: share.taken,
  };
}
