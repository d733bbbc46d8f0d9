/**
 * Shadow tables: a second copy of a projection's read tables, folded from the log beside the live
 * ones.
 *
 * Each has the name of the live table, in another schema. A projection finds it by the search path,
 * so that the same projection fills both. They have a checkpoint of their own.
 */
import { type CommonQueryMethods, type DatabasePool, sql } from 'slonik';
import { z } from 'zod';
import { bytesOfTables, placeBeside } from '../../store/cluster/placed-tables.ts';
import { type TableSet, schemaOf } from '../../store/schema/names.ts';
import { type Projection, type ReadTable, tablesOf } from '../projection.ts';
import type { Lease } from './lease.ts';
import { indexesOf, keyOf } from './table-shape.ts';

/** Shadow tables of a rebuild, of an audit, and the tables before the last rebuild. */
export type Shadow = Exclude<TableSet, 'live'>;

/** The consumer name of a shadow table's checkpoint, such as `orders.rebuild`. */
export const shadowConsumer = ({ name }: Projection, shadow: Shadow) => `${name}.${shadow}`;

export const tableIn = (set: TableSet, { name }: ReadTable) => sql.identifier([schemaOf(set), name]);

/** The same as text. It never needs quotes. */
const nameIn = (set: TableSet, { name }: ReadTable) => `${schemaOf(set)}.${name}`;

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
  shadow: Shadow,
  { isKeyless = false, isUnlogged = false, part }: ShadowKind = {},
): Promise<void> {
  // On Citus, a worker may crash while this process goes on, and an unlogged table cannot move with
  // its partition.
  const created = isUnlogged && !lease.isOnCitus ? sql.fragment`UNLOGGED TABLE` : sql.fragment`TABLE`;
  await lease.transaction(async (transaction) => {
    await dropTables(transaction, projection, shadow);
    for (const table of tablesOf(projection)) {
      await transaction.query(sql.unsafe`
        CREATE ${created} ${tableIn(shadow, table)} (LIKE ${tableIn('live', table)} INCLUDING DEFAULTS INCLUDING CONSTRAINTS)`);
      if (!isKeyless) await addKey(transaction, shadow, table);
      if (part !== undefined) await addPart(transaction, shadow, table, part);
      if (lease.isOnCitus) await placeBeside(transaction, nameIn(shadow, table), nameIn('live', table));
    }
    await transaction.query(sql.unsafe`
      INSERT INTO checkpoints (partition, consumer)
      SELECT partition, ${shadowConsumer(projection, shadow)} FROM log_heads`);
  });
}

const addPart = (transaction: CommonQueryMethods, shadow: Shadow, table: ReadTable, part: Part) =>
  transaction.query({
    ...sql.unsafe`CREATE TRIGGER`,
    sql: `CREATE TRIGGER part BEFORE INSERT ON ${nameIn(shadow, table)} FOR EACH ROW
          WHEN (NOT ${isInPart(table, part, 'NEW')}) EXECUTE FUNCTION ${schemaOf('live')}.leave_out_row()`,
  });

/** Adds the primary keys of the live tables to shadow tables that have none. */
export const addKeys = (lease: Lease, projection: Projection, shadow: Shadow): Promise<void> =>
  lease.transaction(async (transaction) => {
    for (const table of tablesOf(projection))
      if ((await keyOf(transaction, shadow, table)) === null) await addKey(transaction, shadow, table);
  });

async function addKey(transaction: CommonQueryMethods, shadow: Shadow, table: ReadTable): Promise<void> {
  const key = await keyOf(transaction, 'live', table);
  await transaction.query({
    ...sql.unsafe`ALTER`,
    sql: `ALTER TABLE ${nameIn(shadow, table)} ADD ${key}`,
  });
}

/** Drops the shadow tables and their checkpoints, if there are any. */
export async function dropTables(
  transaction: CommonQueryMethods,
  projection: Projection,
  shadow: Shadow,
): Promise<void> {
  for (const table of tablesOf(projection))
    await transaction.query(sql.unsafe`DROP TABLE IF EXISTS ${tableIn(shadow, table)}`);
  await transaction.query(
    sql.unsafe`DELETE FROM checkpoints WHERE consumer = ${shadowConsumer(projection, shadow)}`,
  );
}

/** Whether all tables of before the last rebuild are kept: an earlier release had fewer of them. */
export async function hasPrevious(pool: DatabasePool, projection: Projection): Promise<boolean> {
  const kept = await pool.anyFirst(sql.type(z.object({ name: z.string() }))`
    SELECT table_name AS name FROM information_schema.tables WHERE table_schema = ${schemaOf('previous')}`);
  const hasLost = await pool.exists(sql.unsafe`
    SELECT 1 FROM checkpoints
     WHERE consumer = ${shadowConsumer(projection, 'previous')} AND lost_position IS NOT NULL`);
  return !hasLost && tablesOf(projection).every(({ name }) => kept.includes(name));
}

/** Creates those indexes of the live tables that the shadow tables lack. */
export async function createIndexes(lease: Lease, projection: Projection, shadow: Shadow): Promise<void> {
  for (const table of tablesOf(projection)) {
    const missing = await lease.transaction(async (transaction) => {
      const existing = new Set(
        (await indexesOf(transaction, shadow, table)).map(({ definition }) => definition),
      );
      const live = await indexesOf(transaction, 'live', table);
      return live.filter(({ definition }) => !existing.has(definition));
    });
    for (const { create } of missing) {
      const text = create.replace(` ON ${nameIn('live', table)} `, ` ON ${nameIn(shadow, table)} `);
      await lease.transaction((transaction) => transaction.query({ ...sql.unsafe`CREATE INDEX`, sql: text }));
    }
    await lease.transaction((transaction) =>
      transaction.query(sql.unsafe`ANALYZE ${tableIn(shadow, table)}`),
    );
  }
}

/** Bytes of a projection's tables on the disk, with their indexes. */
export const bytesOf = (pool: DatabasePool, projection: Projection, set: TableSet): Promise<number> =>
  bytesOfTables(
    pool,
    tablesOf(projection).map((table) => nameIn(set, table)),
  );
