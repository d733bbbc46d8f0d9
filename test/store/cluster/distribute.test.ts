/** On Citus: HOLDFAST_TEST_POSTGRES=citus npm test -- test/store/cluster */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'slonik';
import { z } from 'zod';
import { PARTITIONED } from '../../../store/cluster/placement.ts';
import { distribute } from '../../../store/cluster/run-distribute.ts';
import { readPartitions } from '../../../store/cluster/status.ts';
import { migrate } from '../../../store/migrate.ts';
import { ensurePartitions } from '../../../store/partitions.ts';
import type { DatabasePool } from '../../../store/pool.ts';
import { useSchema } from '../../../store/schema/names.ts';
import { CITUS_NODES, type TestDatabase, admin, cloneDatabase } from '../../setup/database.ts';
import { onCitus } from '../../setup/postgres/only-on.ts';
import { openTestPool } from '../../setup/pool.ts';
import { createClusterDatabase } from '../../setup/postgres/citus.ts';

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

onCitus('an installation whose schema is not named as its role', () => {
  afterAll(() => useSchema('holdfast'));

  test('workers find its tables', async () => {
    const name = `books_${randomBytes(4).toString('hex')}`;
    const url = await createClusterDatabase(CITUS_NODES, name);
    useSchema('books');
    await migrate(url);
    const first = await openTestPool({ url });
    await first.query(sql.unsafe`CREATE TABLE books_previous.orders (LIKE books.orders INCLUDING ALL)`);
    const steps = (await distribute(first, 2)).map(({ does }) => does);
    expect(steps).toContain('Let workers find the tables by the search path');
    expect(steps).toContain('Distribute books_previous.orders, which the last rebuild kept');
    await first.end();
    const second = await openTestPool({ url });
    try {
      expect(await distribute(second, 2)).toEqual([]);
      await ensurePartitions(second, PARTITIONS_COUNT, []);
      const digest = sql.binary(Buffer.alloc(32));
      for (let partition = 0; partition < PARTITIONS_COUNT; partition += 1) {
        await second.query(sql.unsafe`SELECT start_log_epoch(${partition})`);
        const row = await second.one(sql.unsafe`
          SELECT given_position FROM append_event(${partition}, gen_random_uuid(), gen_random_uuid(), 1, gen_random_uuid(),
            'OrderPlaced', 1::smallint, '{}', ${`key ${partition}`}, ${digest}, NULL, NULL, ${digest})`);
        expect(row).toEqual({ given_position: expect.anything() });
      }
    } finally {
      await second.end();
      await admin(`DROP DATABASE ${name} WITH (FORCE)`);
    }
  }, 60_000);
});
