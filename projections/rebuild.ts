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
import { statement } from '../store/statement.ts';
import { type Projection, eventsOf, nextRow } from './projection.ts';

const readEventsBehind = statement('consumers/read-events-behind', nextRow);
const advanceCheckpoint = statement('consumers/advance-checkpoint', z.object({ position: z.int() }));

export const REBUILD = 'holdfast_rebuild';
export const PREVIOUS = 'holdfast_previous';
export const AUDIT = 'holdfast_audit';
type Schema = typeof REBUILD | typeof PREVIOUS | typeof AUDIT;

/** Events a batch; larger than the projector's, for nobody waits for the single one. */
const BATCH = 2_000;
/** Bytes of data a batch; the event that fills them is the last one. */
const BATCH_BYTES = 8 * 1024 * 1024;
/** Rows that are compared at once, under the lease of the live table: what bounds how long lists fall behind. */
const CHUNK = 5_000;
/** Differing rows that are named. */
const NAMED = 20;
/** Events behind the live table at which the rest is left for the swap. */
const NEAR = 200;

export interface Progress {
  applied: number;
  /** Where the live table is. */
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

/** Rows in which a table differs from the log. */
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
  /** Events that the table's rows do not show. */
  missing_events: number;
}

export interface RebuildOptions {
  onProgress: (progress: Progress) => void;
  /** Waited for between any two steps: who has time to give way does so here, and who is to end throws. */
  pause?: () => Promise<void>;
  /** Rows that are compared at once. */
  chunk?: number;
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
  alone(pool, projection, 'rebuild', async () => {
    await build(pool, projection, REBUILD, options);
    const found = await compare(pool, projection, REBUILD, options);
    await change(pool, projection, REBUILD, (transaction) => swap(transaction, projection, REBUILD));
    return found;
  });

/**
 * Folds the log into a table of its own, compares it with the live one, and takes it away again.
 *
 * @param schema where to fold it: the auditor has a place of its own, and is in no rebuild's way
 * @throws {RebuildHeldError}
 */
export const verify = (
  pool: DatabasePool,
  projection: Projection,
  options: RebuildOptions,
  schema: typeof REBUILD | typeof AUDIT = REBUILD,
): Promise<Differences> =>
  alone(pool, projection, schema === AUDIT ? 'audit' : 'rebuild', async () => {
    await build(pool, projection, schema, options);
    const found = await compare(pool, projection, schema, options);
    await pool.query(sql.unsafe`DROP TABLE ${tableIn(schema, projection)}`);
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
  alone(pool, projection, 'rebuild', async () => {
    if (!(await exists(pool, projection, PREVIOUS))) throw new NothingKeptError(projection.name);
    await catchUp(pool, projection, PREVIOUS, options);
    await change(pool, projection, PREVIOUS, (transaction) => swap(transaction, projection, PREVIOUS));
  });

/** One at a time; whoever is killed lets go with its connection. */
async function alone<T>(
  pool: DatabasePool,
  projection: Projection,
  work: 'rebuild' | 'audit',
  act: () => Promise<T>,
): Promise<T> {
  return pool.connect(async (connection) => {
    const name = `holdfast ${work} ${projection.name}`;
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
async function build(
  pool: DatabasePool,
  projection: Projection,
  schema: Schema,
  options: RebuildOptions,
): Promise<void> {
  const fresh = tableIn(schema, projection);
  const consumer = consumerOf(projection, schema);
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
      sql: `ALTER TABLE ${schema}.${projection.name} ADD ${key}`,
    });
    await transaction.query(sql.unsafe`
      INSERT INTO checkpoints (partition, consumer) SELECT partition, ${consumer} FROM log_heads
          ON CONFLICT (partition, consumer) DO UPDATE SET position = 0`);
  });
  await catchUp(pool, projection, schema, options);
  // A table that is only compared has no other readers.
  for (const definition of schema === REBUILD ? indexes : []) {
    const text = definition.replace(` ON public.${projection.name} `, ` ON ${schema}.${projection.name} `);
    await pool.query({ ...sql.unsafe`CREATE INDEX`, sql: text });
  }
  await pool.query(sql.unsafe`ANALYZE ${fresh}`);
  await catchUp(pool, projection, schema, options);
}

/**
 * Up to the live table, and never past it: the two meet at its position, also where an operator or a fault holds it.
 * The next batch is read while one is applied.
 *
 * @param near events behind the live table at which the rest is left
 */
async function catchUp(
  pool: DatabasePool,
  projection: Projection,
  schema: Schema,
  {
    onProgress,
    pause,
    near = NEAR,
  }: Pick<RebuildOptions, 'pause'> & {
    onProgress?: RebuildOptions['onProgress'];
    near?: number;
  },
): Promise<void> {
  const readOn = async (partition: number, position: number) => {
    const [{ applied: head }, rows] = await Promise.all([
      progressOf(pool, partition, projection.name),
      pool.any(readEventsBehind(partition, position, BATCH, projection.name, BATCH_BYTES)),
    ]);
    return { head, rows };
  };
  for (const partition of await listPartitions(pool)) {
    let { applied } = await progressOf(pool, partition, consumerOf(projection, schema));
    let next = readOn(partition, applied);
    for (;;) {
      const { head, rows } = await next;
      onProgress?.({ applied, head });
      const last = rows.at(-1)?.position;
      if (last === undefined || head - applied <= near) break;
      next = readOn(partition, last);
      next.catch(() => {}); // it is thrown where it is waited for, if the batch before it is not
      await applyBeside(pool, projection, schema, { partition, from: applied, to: last, rows });
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

/** Applies a batch to the table beside the live one. It need not be on disk when that is said: the swap, which is behind it in the same log of writes, is. */
async function applyBeside(
  pool: DatabasePool,
  projection: Projection,
  schema: Schema,
  { partition, from, to, rows }: Batch,
): Promise<void> {
  await pool.transaction(async (transaction) => {
    await transaction.query(
      sql.unsafe`SELECT set_config('search_path', ${`${schema}, public`}, true), set_config('synchronous_commit', 'off', true)`,
    );
    await projection.apply(transaction, partition, eventsOf(rows));
    const moved = await transaction.query(
      advanceCheckpoint(partition, consumerOf(projection, schema), from, to),
    );
    if (moved.rowCount !== 1) throw new RebuildHeldError('another process, which went on with this one');
  });
}

/** Holds the lease of the live table while the other one is brought to the same position, and acts on both. */
async function change<T>(
  pool: DatabasePool,
  projection: Projection,
  schema: Schema,
  act: (transaction: DatabaseTransactionConnection) => Promise<T>,
): Promise<T> {
  // Slonik refuses other connections where a transaction runs; what is done beside it is done outside.
  const outside = AsyncLocalStorage.snapshot();
  return pool.transaction(async (transaction) => {
    await transaction.query(sql.unsafe`SET LOCAL lock_timeout = '5s'`);
    await transaction.query(
      sql.unsafe`SELECT FROM checkpoints WHERE consumer = ${projection.name} ORDER BY partition FOR UPDATE`,
    );
    await outside(() => catchUp(pool, projection, schema, { near: 0 }));
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

const chunkRow = z.object({
  missing: z.int(),
  surplus: z.int(),
  different: z.int(),
  compared: z.int(),
  missing_events: z.int(),
  rows: z.string().nullable(),
  last: z.string().nullable(),
});

/** Row by row, by the primary key, in chunks: each at one position of both tables, with other batches between them. */
async function compare(
  pool: DatabasePool,
  projection: Projection,
  schema: Schema,
  { pause, chunk: size = CHUNK }: RebuildOptions,
): Promise<Differences> {
  const total: Differences = {
    missing: 0,
    surplus: 0,
    different: 0,
    compared: 0,
    missing_events: 0,
    rows: [],
  };
  let after: string | null = null;
  do {
    const from: string | null = after;
    const chunk: z.infer<typeof chunkRow> = await change(pool, projection, schema, (transaction) =>
      compareChunk(transaction, projection, schema, { after: from, size }),
    );
    total.missing += chunk.missing;
    total.surplus += chunk.surplus;
    total.different += chunk.different;
    total.compared += chunk.compared;
    total.missing_events += chunk.missing_events;
    const named = JSON.parse(chunk.rows ?? '[]') as Differences['rows'];
    total.rows.push(...named.slice(0, NAMED - total.rows.length));
    after = chunk.last;
    await pause?.();
  } while (after !== null);
  return total;
}

/** @param after the key behind which the chunk begins, as JSON; from the first on when `null` */
async function compareChunk(
  transaction: DatabaseTransactionConnection,
  projection: Projection,
  schema: Schema,
  { after, size }: { after: string | null; size: number },
): Promise<z.infer<typeof chunkRow>> {
  const { key, count } = projection;
  const [live, folded] = [tableIn('public', projection), tableIn(schema, projection)];
  const columns = (of?: string) =>
    sql.join(
      key.map((name) => sql.identifier(of === undefined ? [name] : [of, name])),
      sql.fragment`, `,
    );
  const begins =
    after === null
      ? sql.fragment`true`
      : sql.fragment`(${columns()}) > (SELECT ${columns()} FROM jsonb_populate_record(NULL::${live}, ${after}::jsonb))`;
  const part = (table: typeof live) => sql.fragment`
    SELECT * FROM ${table} WHERE ${begins} ORDER BY ${columns()} LIMIT ${size}`;
  const events = sql.identifier([count]);
  // Of both tables the next rows; of the one that reaches further, only up to where the other ends.
  return transaction.one(sql.type(chunkRow)`
    WITH live AS MATERIALIZED (${part(live)}),
         folded AS MATERIALIZED (${part(folded)}),
         ends AS (
           SELECT * FROM (SELECT ${columns()} FROM live OFFSET ${size - 1}) AS of_live
            UNION ALL
           SELECT * FROM (SELECT ${columns()} FROM folded OFFSET ${size - 1}) AS of_folded
            ORDER BY ${columns()} LIMIT 1
         ),
         outcome AS (
           SELECT concat_ws(' ', ${columns('pair')}) AS key, pair.what, pair.missing_events
             FROM (
               SELECT ${columns()},
                      greatest(coalesce(folded.${events}, 0) - coalesce(live.${events}, 0), 0) AS missing_events,
                      CASE WHEN live IS NULL THEN 'missing'
                           WHEN folded IS NULL THEN 'surplus'
                           WHEN live::text IS DISTINCT FROM folded::text THEN 'different' END AS what
                 FROM live FULL JOIN folded USING (${columns()})
             ) AS pair
            WHERE NOT EXISTS (SELECT FROM ends WHERE (${columns('pair')}) > (${columns('ends')}))
         )
    SELECT count(*) FILTER (WHERE what = 'missing') AS missing,
           count(*) FILTER (WHERE what = 'surplus') AS surplus,
           count(*) FILTER (WHERE what = 'different') AS different,
           count(*) AS compared,
           coalesce(sum(missing_events), 0)::bigint AS missing_events,
           (SELECT json_agg(named)
              FROM (SELECT what, key FROM outcome WHERE what IS NOT NULL ORDER BY key LIMIT ${NAMED}) AS named) AS rows,
           (SELECT to_json(ends) FROM ends) AS last
      FROM outcome`);
}
