/** Limits the orders in flight, over all streams of a process. */
import { IN_FLIGHT_BYTES_MAX, IN_FLIGHT_ORDERS_MAX } from '../wire/limits.ts';

export interface InFlightOrders {
  /**
   * Counts an order in.
   *
   * @returns a promise to await first if the limit is reached; in order of arrival
   */
  enter: (bytes: number) => Promise<void> | undefined;
  leave: (bytes: number) => void;
}

export function createInFlightOrders(): InFlightOrders {
  let [orders, inFlightBytes] = [0, 0];
  const waiting = new Set<{ bytes: number; enter: () => void }>();

  const isFull = () => orders >= IN_FLIGHT_ORDERS_MAX || inFlightBytes >= IN_FLIGHT_BYTES_MAX;
  const add = (bytes: number) => {
    orders += 1;
    inFlightBytes += bytes;
  };
  return {
    enter(bytes) {
      if (waiting.size === 0 && !isFull()) {
        add(bytes);
        return undefined;
      }
      return new Promise((enter) => waiting.add({ bytes, enter }));
    },
    leave(bytes) {
      orders -= 1;
      inFlightBytes -= bytes;
      for (const next of waiting) {
        if (isFull()) return;
        waiting.delete(next);
        add(next.bytes);
        next.enter();
      }
    },
  };
}
