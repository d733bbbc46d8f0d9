/**
 * Makes a read table anew from the log while the live one is read and written, and puts it in its place.
 *
 * The new table stands in a schema of its own under its own name; a projection finds it there by the search path, so that it needs to know nothing
 * of all this. It has a checkpoint of its own. When it has caught up, the lease of the live table is taken, the last events are applied, and the two
 * change places in one transaction: a reader sees the one or the other, both of the same position. Cursors are log positions, and stay good.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { type CommonQueryMethods, type DatabasePool, type DatabaseTransactionConnection, sql } from 'slonik';
import { z } from 'zod';
import { listPartitions, progressOf } from '../store/partitions.ts';
import type { Projection } from './projection.ts';
import { runOnce } from './runner.ts';

export const REBUILD = 'holdfast_rebuild';
export const PREVIOUS = 'holdfast_previous';
type Schema = typeof REBUILD | typeof PREVIOUS;

/** Events a batch; larger than the projector's, for nobody waits for the single one. */
const BATCH = 2_000;
/** Events behind the log at which the rest is left for the swap. */
const NEAR = 200;

export interface Progress {
  applied: number;
  head: number;
}

/** Somebody else makes this table anew, or puts one back, at this moment. */
export class RebuildHeldError extends Error {
  override name = 'RebuildHeldError';
}

/** There is no table to go back to. */
export class NothingKeptError extends Error {
  override name = 'NothingKeptError';
}

/** Rows in which two tables differ, at one position of the log. */
export interface Differences {
  /** Rows that the table lacks. */
  missing: number;
  /** Rows that it should not have. */
  surplus: number;
  different: number;
  /** The first of them, named. */
  rows: { what: 'missing' | 'surplus' | 'different'; key: string }[];
  /** Rows that were compared. */
  compared: number;
}

export interface RebuildOptions {
  onProgress: (progress: Progress) => void;
}

const consumerOf = (projection: Projection, schema: Schema) => `${projection.name}.${schema.slice(9)}`;
const tableIn = (schema: string, { name }: Projection) => sql.identifier([schema, name]);

/**
 * Builds the table anew, says in what it differs from the live one, and puts it in its place. The old table is kept.
 *
 * @throws {RebuildHeldError}
 */
export const rebuild = (
  pool: DatabasePool,
  projection: Projection,
  options: RebuildOptions,
): Promise<Differences> =>
  alone(pool, projection, async () => {
    await build(pool, projection, options);
    return change(pool, projection, REBUILD, async (transaction) => {
      const found = await compare(transaction, projection, REBUILD);
      await swap(transaction, projection, REBUILD);
      return found;
    });
  });

/** Folds the log into a table of its own, compares it with the live one at one position, and takes it away again. */
export const verify = (
  pool: DatabasePool,
  projection: Projection,
  options: RebuildOptions,
): Promise<Differences> =>
  alone(pool, projection, async () => {
    await build(pool, projection, options);
    const found = await change(pool, projection, REBUILD, (transaction) =>
      compare(transaction, projection, REBUILD),
    );
    await pool.query(sql.unsafe`DROP TABLE ${tableIn(REBUILD, projection)}`);
    return found;
  });

/**
 * Puts the table back that was live before the last rebuild, once it has caught up; the other one is kept in its stead.
 *
 * @throws {NothingKeptError}
 * @throws {RebuildHeldError}
 */
export const rollback = (
  pool: DatabasePool,
  projection: Projection,
  options: RebuildOptions,
): Promise<void> =>
  alone(pool, projection, async () => {
    if (!(await exists(pool, projection, PREVIOUS))) throw new NothingKeptError(projection.name);
    await catchUp(pool, projection, PREVIOUS, options);
    await change(pool, projection, PREVIOUS, (transaction) => swap(transaction, projection, PREVIOUS));
  });

/** One at a time; whoever is killed lets go with its connection. */
async function alone<T>(pool: DatabasePool, projection: Projection, act: () => Promise<T>): Promise<T> {
  return pool.connect(async (connection) => {
    const name = `holdfast rebuild ${projection.name}`;
    const held = await connection.oneFirst(
      sql.type(
        z.object({ held: z.boolean() }),
      )`SELECT pg_try_advisory_lock(hashtextextended(${name}, 0)) AS held`,
    );
    if (!held) throw new RebuildHeldError(await holderOf(connection, name));
    try {
      return await act();
    } finally {
      await connection.query(sql.unsafe`SELECT pg_advisory_unlock(hashtextextended(${name}, 0))`);
    }
  });
}

async function holderOf(connection: CommonQueryMethods, name: string): Promise<string> {
  const row = await connection.maybeOne(sql.type(
    z.object({ pid: z.int(), address: z.string(), since: z.string() }),
  )`
    SELECT activity.pid, coalesce(host(activity.client_addr), 'local') AS address, activity.backend_start AS since
      FROM pg_locks AS lock
      JOIN pg_stat_activity AS activity USING (pid)
     WHERE lock.locktype = 'advisory' AND lock.granted
       AND (lock.classid::bigint << 32 | lock.objid::bigint) = hashtextextended(${name}, 0)`);
  return row === null
    ? 'another process'
    : `${row.address}, connected since ${row.since} (backend ${row.pid})`;
}

async function exists(pool: CommonQueryMethods, projection: Projection, schema: Schema): Promise<boolean> {
  return pool.exists(sql.unsafe`
    SELECT FROM information_schema.tables WHERE table_schema = ${schema} AND table_name = ${projection.name}`);
}

/** An empty table, filled without the indexes that only readers need, which are made at the end. */
async function build(pool: DatabasePool, projection: Projection, options: RebuildOptions): Promise<void> {
  const fresh = tableIn(REBUILD, projection);
  const consumer = consumerOf(projection, REBUILD);
  const indexes = await pool.anyFirst(sql.type(z.object({ definition: z.string() }))`
    SELECT pg_get_indexdef(indexrelid) AS definition
      FROM pg_index
     WHERE indrelid = ${`public.${projection.name}`}::regclass AND NOT indisprimary`);
  const key = await pool.oneFirst(sql.type(z.object({ definition: z.string() }))`
    SELECT pg_get_constraintdef(oid) AS definition
      FROM pg_constraint
     WHERE conrelid = ${`public.${projection.name}`}::regclass AND contype = 'p'`);
  await pool.transaction(async (transaction) => {
    await transaction.query(sql.unsafe`DROP TABLE IF EXISTS ${fresh}`);
    await transaction.query(
      sql.unsafe`CREATE TABLE ${fresh} (LIKE ${tableIn('public', projection)} INCLUDING DEFAULTS INCLUDING CONSTRAINTS)`,
    );
    await transaction.query({
      ...sql.unsafe`ALTER`,
      sql: `ALTER TABLE ${REBUILD}.${projection.name} ADD ${key}`,
    });
    await transaction.query(sql.unsafe`
      INSERT INTO checkpoints (partition, consumer) SELECT partition, ${consumer} FROM log_heads
          ON CONFLICT (partition, consumer) DO UPDATE SET position = 0`);
  });
  await catchUp(pool, projection, REBUILD, options);
  for (const definition of indexes) {
    const text = definition.replace(` ON public.${projection.name} `, ` ON ${REBUILD}.${projection.name} `);
    await pool.query({ ...sql.unsafe`CREATE INDEX`, sql: text });
  }
  await pool.query(sql.unsafe`ANALYZE ${fresh}`);
  await catchUp(pool, projection, REBUILD, options);
}

async function catchUp(
  pool: DatabasePool,
  projection: Projection,
  schema: Schema,
  { onProgress }: RebuildOptions,
  near = NEAR,
): Promise<void> {
  const beside = { ...projection, name: consumerOf(projection, schema) };
  for (const partition of await listPartitions(pool)) {
    for (;;) {
      const progress = await progressOf(pool, partition, beside.name);
      onProgress(progress);
      if (progress.head - progress.applied <= near) break;
      await runOnce(pool, beside, partition, { limit: BATCH, schema });
    }
  }
}

/** Holds the lease of the live table while the other one is brought to the same position, and acts on both. */
async function change<T>(
  pool: DatabasePool,
  projection: Projection,
  schema: Schema,
  act: (transaction: DatabaseTransactionConnection) => Promise<T>,
): Promise<T> {
  const beside = { ...projection, name: consumerOf(projection, schema) };
  for (const partition of await listPartitions(pool)) {
    const { applied } = await progressOf(pool, partition, beside.name);
    while ((await progressOf(pool, partition, projection.name)).applied < applied) {
      await runOnce(pool, projection, partition, { limit: BATCH }); // whoever holds the lease does it; nobody need
    }
  }
  // Slonik refuses other connections where a transaction runs; what is done beside it is done outside.
  const outside = AsyncLocalStorage.snapshot();
  return pool.transaction(async (transaction) => {
    await transaction.query(sql.unsafe`SET LOCAL lock_timeout = '5s'`);
    const live = await transaction.any(sql.type(z.object({ partition: z.int(), position: z.int() }))`
      SELECT partition, position FROM checkpoints WHERE consumer = ${projection.name} ORDER BY partition FOR UPDATE`);
    for (const { partition, position } of live) {
      for (;;) {
        const { applied } = await outside(() => progressOf(pool, partition, beside.name));
        if (applied >= position) break;
        const limit = Math.min(BATCH, position - applied);
        await outside(() => runOnce(pool, beside, partition, { limit, schema }));
      }
    }
    return act(transaction);
  });
}

/** The live table is kept, with its checkpoint, and the other one is live, with its own. Runs where both leases are held. */
async function swap(
  transaction: DatabaseTransactionConnection,
  projection: Projection,
  schema: Schema,
): Promise<void> {
  const [live, beside, kept] = [
    projection.name,
    consumerOf(projection, schema),
    consumerOf(projection, PREVIOUS),
  ];
  const move = (from: string, to: string) =>
    transaction.query(
      sql.unsafe`ALTER TABLE ${tableIn(from, projection)} SET SCHEMA ${sql.identifier([to])}`,
    );
  if (schema === PREVIOUS) {
    await move(PREVIOUS, REBUILD);
    await transaction.query(
      sql.unsafe`DELETE FROM checkpoints WHERE consumer = ${consumerOf(projection, REBUILD)}`,
    );
  } else {
    await transaction.query(sql.unsafe`DROP TABLE IF EXISTS ${tableIn(PREVIOUS, projection)}`);
    await transaction.query(sql.unsafe`DELETE FROM checkpoints WHERE consumer = ${kept}`);
  }
  await move('public', PREVIOUS);
  await move(REBUILD, 'public');
  await transaction.query(sql.unsafe`
    UPDATE checkpoints AS checkpoint SET position = other.position, updated_at = now()
      FROM checkpoints AS other
     WHERE other.partition = checkpoint.partition
       AND (checkpoint.consumer, other.consumer) = (${live}, ${beside})`);
  await transaction.query(sql.unsafe`DELETE FROM checkpoints WHERE consumer = ${beside}`);
  await transaction.query(sql.unsafe`
    INSERT INTO checkpoints (partition, consumer, position)
    SELECT partition, ${kept}, position FROM checkpoints WHERE consumer = ${live}`);
}

const differenceRow = z.object({
  missing: z.int(),
  surplus: z.int(),
  different: z.int(),
  compared: z.int(),
  rows: z.string().nullable(),
});

/** Row by row, by the primary key. Both tables stand at the same position. */
async function compare(
  transaction: DatabaseTransactionConnection,
  projection: Projection,
  schema: Schema,
): Promise<Differences> {
  const key = projection.key;
  const same = sql.join(
    key.map((name) => sql.fragment`live.${sql.identifier([name])} = folded.${sql.identifier([name])}`),
    sql.fragment` AND `,
  );
  const named = sql.join(
    key.map(
      (name) =>
        sql.fragment`coalesce(live.${sql.identifier([name])}, folded.${sql.identifier([name])})::text`,
    ),
    sql.fragment` || ' ' || `,
  );
  const [first] = key;
  const { rows, ...counts } = await transaction.one(sql.type(differenceRow)`
    WITH outcome AS (
      SELECT ${named} AS key,
             CASE WHEN live.${sql.identifier([first ?? ''])} IS NULL THEN 'missing'
                  WHEN folded.${sql.identifier([first ?? ''])} IS NULL THEN 'surplus'
                  WHEN live::text IS DISTINCT FROM folded::text THEN 'different' END AS what
        FROM ${tableIn('public', projection)} AS live
        FULL JOIN ${tableIn(schema, projection)} AS folded ON ${same}
    )
    SELECT count(*) FILTER (WHERE what = 'missing') AS missing,
           count(*) FILTER (WHERE what = 'surplus') AS surplus,
           count(*) FILTER (WHERE what = 'different') AS different,
           count(*) AS compared,
           (SELECT json_agg(named) FROM (SELECT what, key FROM outcome WHERE what IS NOT NULL ORDER BY key LIMIT 20) AS named) AS rows
      FROM outcome`);
  return { ...counts, rows: rows === null ? [] : (JSON.parse(rows) as Differences['rows']) };
}
