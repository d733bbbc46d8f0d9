/**
 * What one tenant gets of a batch while others write too.
 *
 * An order waits for the batch under way and for its own. So the share follows the time that such
 * batches take: on a machine where a batch of 48 takes 3 ms it is 48, on a slow one it is less.
 */

export interface BatchShareOptions {
  itemsMin: number;
  itemsMax: number;
  /** Above it the share shrinks by a quarter; below two thirds of it, it grows by one. */
  targetMs: number;
}

export interface BatchShare {
  /** Items of one tenant in a batch. */
  items: () => number;
  /** Notes how long a batch took in which a tenant had its whole share. */
  note: (tookMs: number) => void;
}

const SHRINK_FACTOR = 0.75;
const GROWTH_SHARE = 2 / 3;

export function createBatchShare({ itemsMin, itemsMax, targetMs }: BatchShareOptions): BatchShare {
  let items = itemsMax;
  return {
    items: () => items,
    note(tookMs) {
      if (tookMs > targetMs) items = Math.max(itemsMin, Math.floor(items * SHRINK_FACTOR));
      else if (tookMs < targetMs * GROWTH_SHARE) items = Math.min(itemsMax, items + 1);
    },
  };
}
