/** Removes deliveries in short transactions, for a part of each second. */
import type { DatabasePool } from '../store/pool.ts';
import { LEDGER_BEGIN, removeOfDeletedEndpoint, removeOldDeliveries } from '../store/webhooks/removals.ts';

/** Deliveries in one transaction: about 20 ms. */
const STEP_DELIVERIES_MAX = 1_000;
/**
 * A sweep ends after this time. Bounded by time and not by rows, it keeps up with what a fast
 * database can send.
 */
const RUN_MS_MAX = 500;

/** A sweep of the deliveries of deleted endpoints. */
export const removeOfDeletedEndpoints = (pool: DatabasePool, stopping: AbortSignal): Promise<void> =>
  repeat(async () => (await removeOfDeletedEndpoint(pool, STEP_DELIVERIES_MAX)) !== undefined, stopping);

/** @returns a sweep of old deliveries; each continues where the one before ended */
export function createRetention(pool: DatabasePool): (stopping: AbortSignal) => Promise<void> {
  let since = LEDGER_BEGIN;
  const step = async () => {
    const { last } = await removeOldDeliveries(pool, STEP_DELIVERIES_MAX, since);
    since = last ?? LEDGER_BEGIN;
    return last !== undefined;
  };
  return (stopping) => repeat(step, stopping);
}

/** Runs steps until one finds nothing to do, or the time is over. */
async function repeat(step: () => Promise<boolean>, stopping: AbortSignal): Promise<void> {
  const startedMs = performance.now();
  while (!stopping.aborted && performance.now() - startedMs < RUN_MS_MAX && (await step()));
}
