/** Where the partitions of a Citus cluster are, how large, and how busy. */
import { setTimeout as delay } from 'node:timers/promises';
import { type CommonQueryMethods, sql } from 'slonik';
import { z } from 'zod';

const partitionRow = z.object({
  partition: z.int(),
  /** `host:port` of the worker that has it. */
  node: z.string(),
  shard: z.int(),
  /** Of all tables of its shard: partitions that share a shard share this. */
  bytes: z.int(),
  tenants: z.int(),
  position: z.int(),
});
export type PlacedPartition = z.output<typeof partitionRow> & { events_per_second: number };

const headRow = z.object({ partition: z.int(), position: z.int() });

/** @param seconds for which it counts the events of each partition */
export async function readPartitions(
  pool: CommonQueryMethods,
  seconds: number,
): Promise<readonly PlacedPartition[]> {
  const before = await readHeads(pool);
  const startMs = performance.now();
  await delay(seconds * 1_000);
  const after = await readHeads(pool);
  const elapsedSeconds = (performance.now() - startMs) / 1_000;
  const placed = await pool.any(sql.type(partitionRow)`
    WITH head AS MATERIALIZED (
      SELECT partition, position FROM log_heads
    ), size AS MATERIALIZED (
      SELECT placed.shardid, sum(shards.shard_size)::bigint AS bytes
        FROM pg_dist_shard AS placed
        JOIN pg_dist_shard AS other ON other.shardminvalue = placed.shardminvalue
        JOIN pg_dist_partition AS colocated ON colocated.logicalrelid = other.logicalrelid
        JOIN citus_shards AS shards ON shards.shardid = other.shardid
       WHERE placed.logicalrelid = 'log_heads'::regclass
         AND colocated.colocationid = (SELECT colocationid FROM pg_dist_partition
                                        WHERE logicalrelid = 'log_heads'::regclass)
       GROUP BY placed.shardid
    )
    SELECT head.partition, shard.nodename || ':' || shard.nodeport AS node, shard.shardid AS shard, size.bytes,
           (SELECT count(*) FROM tenants WHERE tenants.partition = head.partition) AS tenants, head.position
      FROM head
      JOIN citus_shards AS shard
        ON shard.shardid = get_shard_id_for_distribution_column('log_heads', head.partition)
      JOIN size ON size.shardid = shard.shardid
     ORDER BY head.partition`);
  return placed.map((row) => {
    const events = (after.get(row.partition) ?? row.position) - (before.get(row.partition) ?? row.position);
    return Object.assign({ events_per_second: Math.round(events / elapsedSeconds) }, row);
  });
}

async function readHeads(pool: CommonQueryMethods): Promise<ReadonlyMap<number, number>> {
  const rows = await pool.any(sql.type(headRow)`SELECT partition, position FROM log_heads`);
  return new Map(rows.map(({ partition, position }) => [partition, position]));
}
