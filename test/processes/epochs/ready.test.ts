/** The admin port shows the epoch of the log, and a table that has lost events. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'slonik';
import { TEST_REDIS, type TestDatabase, cloneDatabase } from '../../setup/database.ts';
import { openTestPool } from '../../setup/pool.ts';
import { until } from '../../setup/shop.ts';
import { type ServerProcess, startServer } from '../../setup/processes/server-process.ts';

let database: TestDatabase;
let server: ServerProcess;
beforeAll(async () => {
  database = await cloneDatabase();
  server = await startServer({ env: { DATABASE_URL: database.url, REDIS_URL: TEST_REDIS } });
});
afterAll(async () => {
  await server.end('SIGTERM');
  await database.drop();
});

const ready = async () =>
  (await (await fetch(`${server.adminUrl}/health/ready`)).json()) as {
    status: string;
    parts: Record<string, string>;
  };

test('readiness, the metrics and the log of the process have a new epoch', async () => {
  expect((await ready()).parts['log']).toBe('ok');
  const pool = await openTestPool(database);
  // The head is behind what was assigned, and a projection ahead of it.
  await pool.query(sql.unsafe`UPDATE log_heads SET position = 3, reached_position = 8 WHERE partition = 0`);
  await pool.query(sql.unsafe`UPDATE checkpoints SET position = 8 WHERE partition = 0`);
  await until(async () => {
    const { status, parts } = await ready();
    return (
      status === 'ready' &&
      /^partition 0 in epoch 1 since 2\S+ \(head_moved_back\), kept events up to position 3$/.test(
        parts['log'] ?? '',
      ) &&
      parts['projections'] === 'ok'
    );
  });
  await until(async () =>
    (await (await fetch(`${server.adminUrl}/metrics`)).text()).includes(
      'holdfast_log_epoch{partition="0"} 1',
    ),
  );
  await until(
    () => server.output().includes('log epoch started') && server.output().includes('read table rebuilt'),
  );
  await pool.end();
});
