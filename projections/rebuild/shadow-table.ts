/**
 * Shadow tables: a second copy of a projection's read tables, folded from the log beside the live
 * ones.
 *
 * Each has the name of the live table, in another schema. A projection finds it by the search path,
 * so that the same projection fills both. They have a checkpoint of their own.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { type DatabasePool, type DatabaseTransactionConnection, sql } from 'slonik';
import { z } from 'zod';
import { listPartitions, progressOf } from '../../store/partitions.ts';
import { statement } from '../../store/statement.ts';
import { type Projection, type ReadTable, eventsOf, nextRow, tablesOf } from '../projection.ts';
import { RebuildHeldError } from './rebuild-lock.ts';

const readEventsBehind = statement('consumers/read-events-behind', nextRow);
const advanceCheckpoint = statement('consumers/advance-checkpoint', z.object({ position: z.int() }));

/**
 * The schemas of shadow tables: of a rebuild, of the table before the last rebuild, of an audit.
 */
export const REBUILD_SCHEMA = 'holdfast_rebuild';
export const PREVIOUS_SCHEMA = 'holdfast_previous';
export const AUDIT_SCHEMA = 'holdfast_audit';
export type ShadowSchema = typeof REBUILD_SCHEMA | typeof PREVIOUS_SCHEMA | typeof AUDIT_SCHEMA;

/** Larger than a batch of the projector: no reader waits for a single event. */
const FOLD_BATCH_EVENTS_MAX = 2_000;
/** A batch ends with the event that exceeds this. */
const FOLD_BATCH_BYTES_MAX = 8 * 1024 * 1024;
/** A build ends this close behind the live table; the rest is applied with the lease held. */
const NEAR_EVENTS = 200;

export interface Progress {
  /** Position of the shadow table. */
  applied: number;
  /** Position of the live table. */
  head: number;
}

export interface CatchUpOptions {
  onProgress: (progress: Progress) => void;
  /** Awaited between two steps, to give way to other work. It throws to stop. */
  pause?: () => Promise<void>;
}

/** The consumer name of a shadow table's checkpoint, such as `orders.rebuild`. */
export const shadowConsumer = (projection: Projection, schema: ShadowSchema) =>
  `${projection.name}.${schema.slice('holdfast_'.length)}`;

export const tableIn = (schema: string, { name }: ReadTable) => sql.identifier([schema, name]);

/**
 * Creates the shadow tables of a projection and folds the log into them, up to {@link NEAR_EVENTS}
 * behind the live ones.
 */
export async function buildShadow(
  pool: DatabasePool,
  projection: Projection,
  schema: ShadowSchema,
  options: CatchUpOptions,
): Promise<void> {
  const tables = tablesOf(projection);
  // Filled without the indexes that only readers need: they are created at the end.
  const indexes = await Promise.all(tables.map((table) => indexesOf(pool, table)));
  await createEmpty(pool, projection, schema);
  await catchUp(pool, projection, schema, options);
  for (const [n, table] of tables.entries()) {
    // Only a rebuilt table gets readers.
    for (const definition of schema === REBUILD_SCHEMA ? indexes[n]! : []) {
      const text = definition.replace(` ON public.${table.name} `, ` ON ${schema}.${table.name} `);
      await pool.query({ ...sql.unsafe`CREATE INDEX`, sql: text });
    }
    await pool.query(sql.unsafe`ANALYZE ${tableIn(schema, table)}`);
  }
  await catchUp(pool, projection, schema, options);
}

/** The definitions of a live table's indexes, but for its primary key. */
const indexesOf = (pool: DatabasePool, { name }: ReadTable): Promise<readonly string[]> =>
  pool.anyFirst(sql.type(z.object({ definition: z.string() }))`
    SELECT pg_get_indexdef(indexrelid) AS definition
      FROM pg_index
     WHERE indrelid = ${`public.${name}`}::regclass AND NOT indisprimary`);

async function createEmpty(pool: DatabasePool, projection: Projection, schema: ShadowSchema): Promise<void> {
  await pool.transaction(async (transaction) => {
    for (const table of tablesOf(projection)) {
      const key = await transaction.oneFirst(sql.type(z.object({ definition: z.string() }))`
        SELECT pg_get_constraintdef(oid) AS definition
          FROM pg_constraint
         WHERE conrelid = ${`public.${table.name}`}::regclass AND contype = 'p'`);
      await transaction.query(sql.unsafe`DROP TABLE IF EXISTS ${tableIn(schema, table)}`);
      await transaction.query(sql.unsafe`
        CREATE TABLE ${tableIn(schema, table)} (LIKE ${tableIn('public', table)} INCLUDING DEFAULTS INCLUDING CONSTRAINTS)`);
      await transaction.query({
        ...sql.unsafe`ALTER`,
        sql: `ALTER TABLE ${schema}.${table.name} ADD ${key}`,
      });
    }
    await transaction.query(sql.unsafe`
      INSERT INTO checkpoints (partition, consumer)
      SELECT partition, ${shadowConsumer(projection, schema)} FROM log_heads
          ON CONFLICT (partition, consumer) DO UPDATE SET position = 0`);
  });
}

/**
 * Applies events to a shadow table up to the live table and never past it, also where an operator
 * or a fault holds the live table. Reads the next batch while it applies one.
 *
 * @param nearEvents stops this many events behind the live table
 */
export async function catchUp(
  pool: DatabasePool,
  projection: Projection,
  schema: ShadowSchema,
  { onProgress, pause, nearEvents = NEAR_EVENTS }: Partial<CatchUpOptions> & { nearEvents?: number },
): Promise<void> {
  const readNext = async (partition: number, position: number) => {
    const [{ applied: head }, rows] = await Promise.all([
      progressOf(pool, partition, projection.name),
      pool.any(
        readEventsBehind(partition, position, FOLD_BATCH_EVENTS_MAX, projection.name, FOLD_BATCH_BYTES_MAX),
      ),
    ]);
    return { head, rows };
  };
  for (const partition of await listPartitions(pool)) {
    let { applied } = await progressOf(pool, partition, shadowConsumer(projection, schema));
    let next = readNext(partition, applied);
    for (;;) {
      const { head, rows } = await next;
      onProgress?.({ applied, head });
      const last = rows.at(-1)?.position;
      if (last === undefined || head - applied <= nearEvents) break;
      next = readNext(partition, last);
      next.catch(() => {}); // thrown by the next await, unless this batch fails first
      await applyToShadow(pool, projection, schema, { partition, from: applied, to: last, rows });
      applied = last;
      await pause?.();
    }
  }
}

interface Batch {
  partition: number;
  from: number;
  to: number;
  rows: readonly z.output<typeof nextRow>[];
}

/**
 * Applies a batch without waiting for the disk: the swap comes later in the write-ahead log and
 * waits for all of it.
 */
async function applyToShadow(
  pool: DatabasePool,
  projection: Projection,
  schema: ShadowSchema,
  { partition, from, to, rows }: Batch,
): Promise<void> {
  await pool.transaction(async (transaction) => {
    await transaction.query(
      sql.unsafe`SELECT set_config('search_path', ${`${schema}, public`}, true), set_config('synchronous_commit', 'off', true)`,
    );
    await projection.apply(transaction, partition, eventsOf(rows)(projection));
    const moved = await transaction.query(
      advanceCheckpoint(partition, shadowConsumer(projection, schema), from, to),
    );
    if (moved.rowCount !== 1) throw new RebuildHeldError('another process, which continued this one');
  });
}

/**
 * Holds the lease of the live table, applies the last events to the shadow table, and runs `act`
 * with both tables at the same position.
 */
export async function atSamePosition<T>(
  pool: DatabasePool,
  projection: Projection,
  schema: ShadowSchema,
  act: (transaction: DatabaseTransactionConnection) => Promise<T>,
): Promise<T> {
  // Slonik refuses other connections inside a transaction, so the catch-up leaves its async
  // context.
  const outside = AsyncLocalStorage.snapshot();
  return pool.transaction(async (transaction) => {
    await transaction.query(sql.unsafe`SET LOCAL lock_timeout = '5s'`);
    await transaction.query(
      sql.unsafe`SELECT FROM checkpoints WHERE consumer = ${projection.name} ORDER BY partition FOR UPDATE`,
    );
    await outside(() => catchUp(pool, projection, schema, { nearEvents: 0 }));
    return act(transaction);
  });
}
