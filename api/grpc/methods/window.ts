import { WINDOW_BYTES_MAX, WINDOW_ORDERS_MAX } from '../wire/limits.ts';

/** The orders of streams that are under way, in all of a node's streams together. */
export interface Window {
  /**
   * Takes a place for an order of so many bytes. @returns to be waited for when there is none yet;
   * first come, first served
   */
  enter: (bytes: number) => Promise<void> | undefined;
  leave: (bytes: number) => void;
}

export function createWindow(): Window {
  let [orders, taken] = [0, 0];
  const waiting = new Set<{ bytes: number; enter: () => void }>();

  const isFull = () => orders >= WINDOW_ORDERS_MAX || taken >= WINDOW_BYTES_MAX;
  const take = (bytes: number) => {
    orders += 1;
    taken += bytes;
  };
  return {
    enter(bytes) {
      if (waiting.size === 0 && !isFull()) {
        take(bytes);
        return undefined;
      }
      return new Promise((enter) => waiting.add({ bytes, enter }));
    },
    leave(bytes) {
      orders -= 1;
      taken -= bytes;
      for (const next of waiting) {
        if (isFull()) return;
        waiting.delete(next);
        take(next.bytes);
        next.enter();
      }
    },
  };
}
