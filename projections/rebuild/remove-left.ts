/** Removes shadow tables that a killed process left: they take space, and nothing uses them. */
import type { DatabasePool } from 'slonik';
import type { Projection } from '../projection.ts';
import { type LeaseOptions, RebuildHeldError, type Work, withLease } from './lease.ts';
import { AUDIT_SCHEMA, REBUILD_SCHEMA, type ShadowSchema, bytesOf, dropTables } from './shadow-table.ts';

const SCHEMAS: Record<Work, ShadowSchema> = { rebuild: REBUILD_SCHEMA, audit: AUDIT_SCHEMA };

/** Drops the shadow tables of a projection that no running rebuild or audit holds. */
export async function removeLeft(
  pool: DatabasePool,
  projection: Projection,
  options: LeaseOptions,
): Promise<void> {
  for (const [work, schema] of Object.entries(SCHEMAS) as [Work, ShadowSchema][]) {
    if ((await bytesOf(pool, projection, schema)) === 0) continue;
    try {
      await withLease(
        pool,
        projection,
        work,
        (lease) => lease.transaction((transaction) => dropTables(transaction, projection, schema)),
        options,
      );
    } catch (error) {
      if (!(error instanceof RebuildHeldError)) throw error;
    }
  }
}
