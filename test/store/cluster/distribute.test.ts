/** On Citus: HOLDFAST_TEST_POSTGRES=citus npm test -- test/store/cluster */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sql } from 'slonik';
import { z } from 'zod';
import { PARTITIONED } from '../../../store/cluster/placement.ts';
import { distribute } from '../../../store/cluster/run-distribute.ts';
import { readPartitions } from '../../../store/cluster/status.ts';
import { migrate } from '../../../store/migrate.ts';
import { ensurePartitions } from '../../../store/partitions.ts';
import type { DatabasePool } from '../../../store/pool.ts';
import { CITUS_NODES, type TestDatabase, cloneDatabase } from '../../setup/database.ts';
import { openTestPool } from '../../setup/pool.ts';

const onCitus = CITUS_NODES.length > 0 ? describe : describe.skip;
const PARTITIONS_COUNT = 4;

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

test('each table with a partition is listed, but those of webhooks', async () => {
  const names = await pool.anyFirst(sql.type(z.object({ name: z.string() }))`
    SELECT relname::text AS name
      FROM pg_class
      JOIN pg_attribute ON attrelid = pg_class.oid AND attname = 'partition' AND NOT attisdropped
     WHERE relkind = 'r' AND relnamespace = 'holdfast'::regnamespace AND relname <> 'tenants'
       AND relname NOT LIKE 'webhook%'`);
  expect([...names].sort()).toEqual([...PARTITIONED].sort());
});

onCitus('a distributed database', () => {
  test('has nothing more to do', async () => {
    expect(await distribute(pool, 2)).toEqual([]);
  });

  test('gets its functions placed again by a migration that replaces them', async () => {
    const signature = sql.fragment`
      (SELECT oid FROM pg_proc WHERE proname = 'append_events' ORDER BY pronargs DESC LIMIT 1)`;
    const config = () =>
      pool.oneFirst(sql.type(z.object({ config: z.array(z.string()) }))`
        SELECT proconfig AS config FROM pg_proc WHERE oid = ${signature}`);
    await pool.query(sql.unsafe`DELETE FROM schema_migrations WHERE name LIKE 'append-events.sql %'`);
    expect(await migrate(database.url)).toHaveLength(1);
    expect(await config()).toEqual(['plan_cache_mode=auto']);
    expect(await distribute(pool, 2)).toEqual([]);
  });

  test('shows the worker of each partition', async () => {
    await ensurePartitions(pool, PARTITIONS_COUNT, ['orders']);
    const partitions = await readPartitions(pool, 0);
    expect(partitions.map(({ partition }) => partition)).toEqual([0, 1, 2, 3]);
    const ports = CITUS_NODES.slice(1).map((url) => `127.0.0.1:${new URL(url).port}`);
    expect(new Set(partitions.map(({ node }) => node))).toEqual(new Set(ports));
  });
});
