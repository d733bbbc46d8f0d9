/** A partition moves to another worker of Citus while its read tables are audited. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'slonik';
import { z } from 'zod';
import { ordersProjection } from '../../../projections/orders.ts';
import { withLease } from '../../../projections/rebuild/lease.ts';
import { createEmpty } from '../../../projections/rebuild/shadow-table.ts';
import { ensurePartitions } from '../../../store/partitions.ts';
import type { DatabasePool } from '../../../store/pool.ts';
import { CITUS_NODES, type TestDatabase, cloneDatabase } from '../../setup/database.ts';
import { onCitus } from '../../setup/postgres/only-on.ts';
import { openTestPool } from '../../setup/pool.ts';

let database: TestDatabase;
let pool: DatabasePool;
beforeAll(async () => {
  database = await cloneDatabase();
  pool = await openTestPool(database);
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

const SHARD = sql.fragment`get_shard_id_for_distribution_column('log_heads', 0)`;
const homePort = () =>
  pool.oneFirst(sql.type(z.object({ port: z.int() }))`
    SELECT nodeport AS port FROM citus_shards WHERE shardid = ${SHARD}`);

onCitus('a partition', () => {
  test('moves during an audit', async () => {
    await ensurePartitions(pool, 1, ['orders']);
    const from = await homePort();
    const workers = CITUS_NODES.slice(1).map((url) => Number(new URL(url).port));
    const to = workers.find((port) => port !== from)!;
    await withLease(pool, ordersProjection, 'audit', async (lease) => {
      await createEmpty(lease, ordersProjection, 'audit', { isUnlogged: true });
      await pool.query(sql.unsafe`
        SELECT citus_move_shard_placement(${SHARD}, '127.0.0.1', ${from}, '127.0.0.1', ${to})`);
    });
    expect(await homePort()).toBe(to);
  }, 60_000);
});
