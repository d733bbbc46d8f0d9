/** Removes shadow tables that a killed process left: they take space, and nothing uses them. */
import type { DatabasePool } from 'slonik';
import type { Projection } from '../projection.ts';
import { type LeaseOptions, RebuildHeldError, withLease } from './lease.ts';
import { bytesOf, dropTables } from './shadow-table.ts';

/** Drops the shadow tables of a projection that no running rebuild or audit holds. */
export async function removeLeft(
  pool: DatabasePool,
  projection: Projection,
  options: LeaseOptions,
): Promise<void> {
  for (const work of ['rebuild', 'audit'] as const) {
    if ((await bytesOf(pool, projection, work)) === 0) continue;
    try {
      await withLease(
        pool,
        projection,
        work,
        (lease) => lease.transaction((transaction) => dropTables(transaction, projection, work)),
        options,
      );
    } catch (error) {
      if (!(error instanceof RebuildHeldError)) throw error;
    }
  }
}
