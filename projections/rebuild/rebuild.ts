/**
 * Rebuild, verification and rollback of a read table, while the live table is read and written.
 *
 * A rebuild folds the log into a shadow table (shadow-table.ts), compares it with the live table
 * (compare.ts), and swaps the two in one transaction (swap.ts). Cursors are log positions, so they
 * stay valid.
 */
import { type DatabasePool, sql } from 'slonik';
import { type CompareOptions, type Differences, compare } from './compare.ts';
import { type Projection, tablesOf } from '../projection.ts';
import { recordAct } from '../../store/audit/record-act.ts';
import { withRebuildLock } from './rebuild-lock.ts';
import {
  AUDIT_SCHEMA,
  type CatchUpOptions,
  PREVIOUS_SCHEMA,
  REBUILD_SCHEMA,
  atSamePosition,
  buildShadow,
  catchUp,
  shadowConsumer,
  tableIn,
} from './shadow-table.ts';
import { swap } from './swap.ts';

/** No previous table is kept: the projection was never rebuilt, or the table has lost events. */
export class NothingKeptError extends Error {
  override name = 'NothingKeptError';
}

export interface RebuildOptions extends CatchUpOptions, CompareOptions {}

/**
 * Rebuilds a table and makes it live. The table before it is kept for a {@link rollback}.
 *
 * @returns the differences of the table before it
 * @throws {RebuildHeldError}
 */
export const rebuild = (
  pool: DatabasePool,
  projection: Projection,
  options: RebuildOptions,
): Promise<Differences> =>
  withRebuildLock(pool, projection, 'rebuild', async () => {
    await buildShadow(pool, projection, REBUILD_SCHEMA, options);
    const found = await compare(pool, projection, REBUILD_SCHEMA, options);
    await atSamePosition(pool, projection, REBUILD_SCHEMA, async (transaction) => {
      await swap(transaction, projection, REBUILD_SCHEMA);
      await recordAct(transaction, { act: 'projection_rebuilt', tenantId: null, subject: projection.name });
    });
    return found;
  });

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
  withRebuildLock(pool, projection, schema === AUDIT_SCHEMA ? 'audit' : 'rebuild', async () => {
    await buildShadow(pool, projection, schema, options);
    const found = await compare(pool, projection, schema, options);
    for (const table of tablesOf(projection))
      await pool.query(sql.unsafe`DROP TABLE ${tableIn(schema, table)}`);
    return found;
  });

/**
 * Makes the table before the last rebuild live again, once it has caught up. The other table is
 * kept in its place, so that a second rollback undoes the first.
 *
 * @throws {NothingKeptError}
 * @throws {RebuildHeldError}
 */
export const rollback = (
  pool: DatabasePool,
  projection: Projection,
  options: RebuildOptions,
): Promise<void> =>
  withRebuildLock(pool, projection, 'rebuild', async () => {
    if (!(await hasPrevious(pool, projection))) throw new NothingKeptError(projection.name);
    await catchUp(pool, projection, PREVIOUS_SCHEMA, options);
    await atSamePosition(pool, projection, PREVIOUS_SCHEMA, async (transaction) => {
      await swap(transaction, projection, PREVIOUS_SCHEMA);
      await recordAct(transaction, {
        act: 'projection_rolled_back',
        tenantId: null,
        subject: projection.name,
      });
    });
  });

/**
 * Whether all tables of before the last rebuild are kept: an earlier release had fewer of them. A
 * table with events that the log lost does not count.
 */
async function hasPrevious(pool: DatabasePool, projection: Projection): Promise<boolean> {
  const hasLost = await pool.exists(sql.unsafe`
    SELECT FROM checkpoints
     WHERE consumer = ${shadowConsumer(projection, PREVIOUS_SCHEMA)} AND lost_position IS NOT NULL`);
  if (hasLost) return false;
  for (const { name } of tablesOf(projection)) {
    const isKept = await pool.exists(sql.unsafe`
      SELECT FROM information_schema.tables
       WHERE table_schema = ${PREVIOUS_SCHEMA} AND table_name = ${name}`);
    if (!isKept) return false;
  }
  return true;
}
