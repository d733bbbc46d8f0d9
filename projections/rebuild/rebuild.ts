/**
 * Rebuild, verification and rollback of a read table, while the live table is read and written.
 *
 * A rebuild folds the log into a shadow table (shadow-table.ts), compares it with the live table
 * (compare.ts), and swaps the two in one transaction (swap.ts). Cursors are log positions, so they
 * stay valid. Each step holds the lease of the rebuild (lease.ts).
 */
import type { DatabasePool } from 'slonik';
import { recordAct } from '../../store/audit/record-act.ts';
import type { Projection } from '../projection.ts';
import { type CatchUpOptions, atSamePosition, catchUp } from './catch-up.ts';
import { type CompareOptions, type Differences, compare } from './compare.ts';
import { type Lease, type LeaseTimes, withLease } from './lease.ts';
import {
  AUDIT_SCHEMA,
  PREVIOUS_SCHEMA,
  REBUILD_SCHEMA,
  type ShadowSchema,
  createEmpty,
  createIndexes,
  dropTables,
  hasPrevious,
} from './shadow-table.ts';
import { swap } from './swap.ts';

/** No previous table is kept: the projection was never rebuilt. */
export class NothingKeptError extends Error {
  override name = 'NothingKeptError';
}

export interface RebuildOptions extends CatchUpOptions, CompareOptions {
  lease?: LeaseTimes;
}

/**
 * Rebuilds a table and makes it live. The table before it is kept for a {@link rollback}.
 *
 * @returns the differences of the table before it
 * @throws {RebuildHeldError}
 * @throws {LeaseLostError} the live table stays as it was
 */
export const rebuild = (
  pool: DatabasePool,
  projection: Projection,
  options: RebuildOptions,
): Promise<Differences> =>
  withLease(
    pool,
    projection,
    'rebuild',
    (lease) =>
      withShadow(lease, projection, REBUILD_SCHEMA, async () => {
        await catchUp(pool, lease, projection, REBUILD_SCHEMA, options);
        // At the end: without the indexes that only readers need, the fold is faster.
        await createIndexes(lease, projection, REBUILD_SCHEMA);
        await catchUp(pool, lease, projection, REBUILD_SCHEMA, options);
        const found = await compare(lease, projection, REBUILD_SCHEMA, options);
        await atSamePosition(lease, projection, REBUILD_SCHEMA, async (transaction) => {
          await swap(transaction, projection, REBUILD_SCHEMA);
          const act = 'projection_rebuilt';
          await recordAct(transaction, { act, tenantId: null, subject: projection.name });
        });
        return found;
      }),
    options.lease,
  );

/**
 * Compares the live table with the log, and changes nothing.
 *
 * @param schema of the shadow table; the auditor has its own, so that it blocks no rebuild
 * @throws {RebuildHeldError}
 */
export const verify = (
  pool: DatabasePool,
  projection: Projection,
  options: RebuildOptions,
  schema: typeof REBUILD_SCHEMA | typeof AUDIT_SCHEMA = REBUILD_SCHEMA,
): Promise<Differences> =>
  withLease(
    pool,
    projection,
    schema === AUDIT_SCHEMA ? 'audit' : 'rebuild',
    (lease) =>
      withShadow(lease, projection, schema, async () => {
        await catchUp(pool, lease, projection, schema, options);
        return compare(lease, projection, schema, options);
      }),
    options.lease,
  );

/** Runs `act` with empty shadow tables, and drops them, also when it fails. */
async function withShadow<T>(
  lease: Lease,
  projection: Projection,
  schema: ShadowSchema,
  act: () => Promise<T>,
): Promise<T> {
  await createEmpty(lease, projection, schema);
  try {
    return await act();
  } finally {
    await lease.transaction((transaction) => dropTables(transaction, projection, schema)).catch(() => {});
  }
}

/**
 * Makes the table before the last rebuild live again, once it has caught up. The other table is
 * kept in its place, so that a second rollback undoes the first.
 *
 * @throws {NothingKeptError}
 * @throws {RebuildHeldError}
 * @throws {ShapeError} a later release added columns, so that the previous table lacks them
 */
export const rollback = (
  pool: DatabasePool,
  projection: Projection,
  options: RebuildOptions,
): Promise<void> =>
  withLease(
    pool,
    projection,
    'rebuild',
    async (lease) => {
      if (!(await hasPrevious(pool, projection))) throw new NothingKeptError(projection.name);
      await createIndexes(lease, projection, PREVIOUS_SCHEMA);
      await catchUp(pool, lease, projection, PREVIOUS_SCHEMA, options);
      await atSamePosition(lease, projection, PREVIOUS_SCHEMA, async (transaction) => {
        await swap(transaction, projection, PREVIOUS_SCHEMA);
        const act = 'projection_rolled_back';
        await recordAct(transaction, { act, tenantId: null, subject: projection.name });
      });
    },
    options.lease,
  );
