/**
 * Shadow tables: a second copy of a projection's read tables, folded from the log beside the live
 * ones.
 *
 * Each has the name of the live table, in another schema. A projection finds it by the search path,
 * so that the same projection fills both. They have a checkpoint of their own.
 */
import { type CommonQueryMethods, type DatabasePool, sql } from 'slonik';
import { z } from 'zod';
import { type Projection, type ReadTable, tablesOf } from '../projection.ts';
import type { Lease } from './lease.ts';
import { indexesOf, keyOf } from './table-shape.ts';

/**
 * The schemas of shadow tables: of a rebuild, of the table before the last rebuild, of an audit.
 */
export const REBUILD_SCHEMA = 'holdfast_rebuild';
export const PREVIOUS_SCHEMA = 'holdfast_previous';
export const AUDIT_SCHEMA = 'holdfast_audit';
export type ShadowSchema = typeof REBUILD_SCHEMA | typeof PREVIOUS_SCHEMA | typeof AUDIT_SCHEMA;

/** The consumer name of a shadow table's checkpoint, such as `orders.rebuild`. */
export const shadowConsumer = (projection: Projection, schema: ShadowSchema) =>
  `${projection.name}.${schema.slice('holdfast_'.length)}`;

export const tableIn = (schema: string, { name }: ReadTable) => sql.identifier([schema, name]);

export interface ShadowKind {
  /** Without primary keys, which {@link addKeys} adds: rows are only added until then. */
  isKeyless?: boolean;
  /** Without write-ahead log: for tables that get no readers. A crash of Postgres empties them. */
  isUnlogged?: boolean;
  /** Stores only the rows of one part. */
  part?: Part;
}

/** A part of the rows of each table, by the hash of their keys: number `index` of `count`. */
export interface Part {
  index: number;
  count: number;
}

/** The condition, as SQL text, that a row is in a part. @param alias of the row */
export const isInPart = ({ key }: ReadTable, { index, count }: Part, alias: string): string =>
  `(hashtextextended(ROW(${key.map((name) => `${alias}.${name}`).join(', ')})::text, 0) & 9223372036854775807) % ${count} = ${index}`;

/** Creates empty shadow tables without indexes. Drops what an earlier process left. */
export async function createEmpty(
  lease: Lease,
  projection: Projection,
  schema: ShadowSchema,
  { isKeyless = false, isUnlogged = false, part }: ShadowKind = {},
): Promise<void> {
  const created = isUnlogged ? sql.fragment`UNLOGGED TABLE` : sql.fragment`TABLE`;
  await lease.transaction(async (transaction) => {
    await dropTables(transaction, projection, schema);
    for (const table of tablesOf(projection)) {
      await transaction.query(sql.unsafe`
        CREATE ${created} ${tableIn(schema, table)} (LIKE ${tableIn('public', table)} INCLUDING DEFAULTS INCLUDING CONSTRAINTS)`);
      if (!isKeyless) await addKey(transaction, schema, table);
      if (part === undefined) continue;
      await transaction.query({
        ...sql.unsafe`CREATE TRIGGER`,
        sql: `CREATE TRIGGER part BEFORE INSERT ON ${schema}.${table.name} FOR EACH ROW
              WHEN (NOT ${isInPart(table, part, 'NEW')}) EXECUTE FUNCTION public.leave_out_row()`,
      });
    }
    await transaction.query(sql.unsafe`
      INSERT INTO checkpoints (partition, consumer)
      SELECT partition, ${shadowConsumer(projection, schema)} FROM log_heads`);
  });
}

/** Adds the primary keys of the live tables to shadow tables that have none. */
export const addKeys = (lease: Lease, projection: Projection, schema: ShadowSchema): Promise<void> =>
  lease.transaction(async (transaction) => {
    for (const table of tablesOf(projection))
      if ((await keyOf(transaction, schema, table)) === null) await addKey(transaction, schema, table);
  });

async function addKey(
  transaction: CommonQueryMethods,
  schema: ShadowSchema,
  table: ReadTable,
): Promise<void> {
  const key = await keyOf(transaction, 'public', table);
  await transaction.query({
    ...sql.unsafe`ALTER`,
    sql: `ALTER TABLE ${schema}.${table.name} ADD ${key}`,
  });
}

/** Drops the shadow tables and their checkpoints, if there are any. */
export async function dropTables(
  transaction: CommonQueryMethods,
  projection: Projection,
  schema: ShadowSchema,
): Promise<void> {
  for (const table of tablesOf(projection))
    await transaction.query(sql.unsafe`DROP TABLE IF EXISTS ${tableIn(schema, table)}`);
  await transaction.query(
    sql.unsafe`DELETE FROM checkpoints WHERE consumer = ${shadowConsumer(projection, schema)}`,
  );
}

/** Whether all tables of before the last rebuild are kept: an earlier release had fewer of them. */
export async function hasPrevious(pool: DatabasePool, projection: Projection): Promise<boolean> {
  const kept = await pool.anyFirst(sql.type(z.object({ name: z.string() }))`
    SELECT table_name AS name FROM information_schema.tables WHERE table_schema = ${PREVIOUS_SCHEMA}`);
  const hasLost = await pool.exists(sql.unsafe`
    SELECT FROM checkpoints
     WHERE consumer = ${shadowConsumer(projection, PREVIOUS_SCHEMA)} AND lost_position IS NOT NULL`);
  return !hasLost && tablesOf(projection).every(({ name }) => kept.includes(name));
}

/** Creates those indexes of the live tables that the shadow tables lack. */
export async function createIndexes(
  lease: Lease,
  projection: Projection,
  schema: ShadowSchema,
): Promise<void> {
  for (const table of tablesOf(projection)) {
    const missing = await lease.transaction(async (transaction) => {
      const existing = new Set(
        (await indexesOf(transaction, schema, table)).map(({ definition }) => definition),
      );
      const live = await indexesOf(transaction, 'public', table);
      return live.filter(({ definition }) => !existing.has(definition));
    });
    for (const { create } of missing) {
      const text = create.replace(` ON public.${table.name} `, ` ON ${schema}.${table.name} `);
      await lease.transaction((transaction) => transaction.query({ ...sql.unsafe`CREATE INDEX`, sql: text }));
    }
    await lease.transaction((transaction) =>
      transaction.query(sql.unsafe`ANALYZE ${tableIn(schema, table)}`),
    );
  }
}

/** Bytes of a projection's tables on the disk, with their indexes. */
export const bytesOf = (
  connection: CommonQueryMethods,
  projection: Projection,
  schema: string,
): Promise<number> =>
  connection.oneFirst(sql.type(z.object({ bytes: z.int() }))`
    SELECT coalesce(sum(pg_total_relation_size(to_regclass(${`${schema}.`} || name))), 0)::bigint AS bytes
      FROM unnest(${sql.array(
        tablesOf(projection).map(({ name }) => name),
        'text',
      )}) AS listed (name)`);
