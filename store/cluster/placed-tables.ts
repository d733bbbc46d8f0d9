/** Tables that are created while Holdfast runs, on plain Postgres and on Citus. */
import { type CommonQueryMethods, type DatabasePool, sql } from 'slonik';
import { z } from 'zod';
import { hasCitus } from './has-citus.ts';

/**
 * Lets a transaction on Citus create, fill and drop tables. It then has one connection to each
 * worker: a change of a table refuses a second one, and one snapshot needs a single one.
 * `SET LOCAL` counts on the workers too: for `lock_timeout`.
 */
export const prepareForTables = (transaction: CommonQueryMethods): Promise<unknown> =>
  transaction.query(sql.unsafe`
    SELECT set_config('citus.multi_shard_modify_mode', 'sequential', true),
           set_config('citus.propagate_set_commands', 'local', true),
           set_config('citus.enable_unsafe_triggers', 'on', true)`);

/**
 * On Citus, distributes a new table as another one: the rows of a partition are on one worker. Both
 * names have their schema.
 */
export const placeBeside = (
  transaction: CommonQueryMethods,
  created: string,
  other: string,
): Promise<unknown> =>
  transaction.query(sql.unsafe`
    SELECT create_distributed_table(${created}, 'partition', colocate_with => ${other})
      FROM pg_dist_partition
     WHERE logicalrelid = ${other}::regclass`);

/** Bytes of tables on the disks of all workers, with their indexes. A missing table has none. */
export async function bytesOfTables(pool: DatabasePool, names: readonly string[]): Promise<number> {
  const isOnCitus = await hasCitus(pool);
  const placed = isOnCitus
    ? sql.fragment`coalesce(citus_total_relation_size(placed.logicalrelid), pg_total_relation_size(named.id))`
    : sql.fragment`pg_total_relation_size(named.id)`;
  const distributed = isOnCitus
    ? sql.fragment`LEFT JOIN pg_dist_partition AS placed ON placed.logicalrelid = named.id`
    : sql.fragment``;
  return pool.oneFirst(sql.type(z.object({ bytes: z.int() }))`
    SELECT coalesce(sum(${placed}), 0)::bigint AS bytes
      FROM (SELECT to_regclass(name) AS id FROM unnest(${sql.array([...names], 'text')}) AS listed (name)) AS named
           ${distributed}`);
}

/**
 * The planner's estimate of the rows of a table, of all its shards on Citus: an exact count of
 * millions of rows takes too long.
 */
export async function estimateRows(pool: DatabasePool, name: string): Promise<number> {
  const isPlaced =
    (await hasCitus(pool)) &&
    (await pool.exists(sql.unsafe`SELECT 1 FROM pg_dist_partition WHERE logicalrelid = ${name}::regclass`));
  const estimates = isPlaced
    ? sql.fragment`
        SELECT result::float8 AS rows
          FROM run_command_on_shards(${name}, 'SELECT reltuples FROM pg_class WHERE oid = ''%s''::regclass')`
    : sql.fragment`SELECT reltuples AS rows FROM pg_class WHERE oid = ${name}::regclass`;
  return pool.oneFirst(sql.type(z.object({ rows: z.int() }))`
    SELECT coalesce(sum(greatest(rows, 0)), 0)::bigint AS rows FROM (${estimates}) AS estimate`);
}

/** Bytes of a database: on Citus, of all its nodes. */
export async function bytesOfDatabase(pool: DatabasePool): Promise<number> {
  const size = (await hasCitus(pool))
    ? sql.fragment`
        SELECT sum(result::bigint)::bigint AS bytes
          FROM run_command_on_all_nodes('SELECT pg_database_size(current_database())')`
    : sql.fragment`SELECT pg_database_size(current_database()) AS bytes`;
  return pool.oneFirst(sql.type(z.object({ bytes: z.int() }))`${size}`);
}
