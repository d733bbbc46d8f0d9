/** The partitions of the log, and the consumers' checkpoints in each. */
import { type CommonQueryMethods, type DatabasePool, sql } from 'slonik';
import { z } from 'zod';
import { statement } from './statement.ts';
import { reachable } from './unavailable.ts';

const readProgress = statement(
  'consumers/read-progress',
  z.object({ head: z.int(), applied: z.int(), lag: z.int() }),
);

/** Creates missing partitions 0 to `count - 1`, and missing checkpoints of the consumers. */
export async function ensurePartitions(
  pool: DatabasePool,
  count: number,
  consumers: readonly string[],
): Promise<void> {
  await pool.query(sql.unsafe`
    INSERT INTO log_heads (partition, link)
    SELECT partition, log_genesis(partition, 0) FROM generate_series(0, ${count - 1}) AS partition
        ON CONFLICT DO NOTHING`);
  await pool.query(sql.unsafe`
    INSERT INTO checkpoints (partition, consumer)
    SELECT partition, consumer FROM log_heads CROSS JOIN unnest(${sql.array([...consumers], 'text')}) AS consumer
    ON CONFLICT DO NOTHING`);
}

/** All partitions of the database; maybe more than configured, because none is ever removed. */
export async function listPartitions(pool: CommonQueryMethods): Promise<number[]> {
  const rows = await pool.anyFirst(
    sql.type(z.object({ partition: z.int() }))`SELECT partition FROM log_heads ORDER BY partition`,
  );
  return [...rows];
}

/**
 * @returns the position of a consumer, `applied`, the position of the newest event, `head`, and the
 *   number of events between them, `lag`
 */
export function progressOf(
  pool: CommonQueryMethods,
  partition: number,
  consumer: string,
): Promise<{ head: number; applied: number; lag: number }> {
  return reachable(pool.one(readProgress(partition, consumer)));
}

/** The number of events of a partition behind a position. */
export const lagOf = (pool: CommonQueryMethods, partition: number, position: number): Promise<number> =>
  reachable(
    pool.oneFirst(sql.type(z.object({ lag: z.int() }))`
      SELECT log_lag(partition, ${position}, position) AS lag FROM log_heads WHERE partition = ${partition}`),
  );
