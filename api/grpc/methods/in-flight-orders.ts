/** Limits the orders in flight over all streams of a process, and shares them between tenants. */
import { type FairShare, type Release, createFairShare } from '../../../platform/fair-share.ts';
import { IN_FLIGHT_BYTES_MAX, IN_FLIGHT_ORDERS_MAX } from '../wire/limits.ts';

export interface InFlightOrders {
  /**
   * Counts an order in, until it is released.
   *
   * @returns a promise if the order has to wait: for an earlier one of its tenant, or for a tenant
   *   with fewer orders in flight
   */
  enter: (tenantId: string, bytes: number) => Release | Promise<Release>;
}

/** A larger order takes several places, so that the places bound the bytes as well. */
export const PLACE_BYTES = IN_FLIGHT_BYTES_MAX / IN_FLIGHT_ORDERS_MAX;

const placesOf = (bytes: number): number => Math.max(1, Math.ceil(bytes / PLACE_BYTES));

export function createInFlightOrders(): InFlightOrders {
  const share: FairShare = createFairShare({ capacity: IN_FLIGHT_ORDERS_MAX });
  return {
    enter(tenantId, bytes) {
      const places = placesOf(bytes);
      // A promise for each order would cost each order.
      const release = share.waiting() === 0 ? share.tryTake(tenantId, places) : undefined;
      return release ?? share.take(tenantId, { places });
    },
  };
}
