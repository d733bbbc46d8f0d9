/**
 * An event that a projection cannot apply stops this projection, is recorded, and stops nothing
 * else.
 */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { sql } from 'slonik';
import { v7 } from 'uuid';
import { z } from 'zod';
import { listFaults } from '../../projections/faults.ts';
import { ordersProjection } from '../../projections/orders.ts';
import type { Projection } from '../../projections/projection.ts';
import { startProjector } from '../../projections/runner.ts';
import { createOrderLog } from '../../store/log/log.ts';
import { ensurePartitions, progressOf } from '../../store/partitions.ts';
import { type DatabasePool, openPool } from '../../store/pool.ts';
import { holdfast } from '../setup/processes/command.ts';
import { type TestDatabase, cloneDatabase } from '../setup/database.ts';
import { until } from '../setup/shop.ts';
import { anAppend, appended } from '../store/events.ts';

const silent = pino({ level: 'silent' });
let database: TestDatabase;
let pool: DatabasePool;
beforeAll(async () => {
  database = await cloneDatabase();
  pool = await openPool({ databaseUrl: database.url, size: 6, log: silent, checkRows: true });
  await ensurePartitions(pool, 1, ['orders', 'other']);
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

const applied = async (name: string) => (await progressOf(pool, 0, name)).applied;

test('the projection stops before the event, others continue, and an operator skips it', async () => {
  const log = createOrderLog({ pool, capacity: 100 });
  const tenant = v7();
  for (let n = 0; n < 20; n += 1) await appended(log, anAppend(tenant));
  // Version 3 of an order without version 2, as in a broken log.
  const placed = anAppend(tenant);
  await appended(log, placed);
  const event = { type: 'OrderCancelled', data: { reason: null } } as const;
  const poison = await appended(log, anAppend(tenant, { order_id: placed.order_id, version: 3, event }));
  for (let n = 0; n < 20; n += 1) await appended(log, anAppend(tenant));

  const seen: number[] = [];
  const other: Projection = {
    name: 'other',
    key: [],
    count: '',
    apply: async (_transaction, _partition, events) =>
      void seen.push(...events.map(({ position }) => position)),
  };
  const projector = startProjector({
    pool,
    projections: [ordersProjection, other],
    partitions: [0],
    log: silent,
  });
  await until(async () => (await listFaults(pool)).length > 0);

  expect(poison).toBe(22);
  expect(await applied('orders')).toBe(21); // all events before it
  const [fault] = await listFaults(pool);
  expect(fault).toMatchObject({ projection: 'orders', partition: 0, position: 22 });
  expect(fault?.error).toContain('is at version 1, cannot apply version 3');
  await until(async () => (await applied('other')) === 42);
  expect(seen).toHaveLength(42);
  await appended(log, anAppend(tenant)); // writes continue

  const env = { DATABASE_URL: database.url };
  const status = await holdfast(['projections', 'status', '--json'], env);
  expect(status.json).toMatchObject([
    { projection: 'orders', applied: 21, head: 43, lag: 22, stopped: { position: 22 } },
  ]);
  const text = await holdfast(['projections', 'status'], env);
  expect(text.stdout).toContain('stopped at 22');
  const wrong = await holdfast(['projections', 'skip', 'orders', '--position', '21', '--reason', 'x'], env);
  expect([wrong.code, wrong.stderr]).toEqual([1, expect.stringContaining('is not stopped at position 21')]);
  const unknown = await holdfast(['projections', 'skip', 'ordres', '--position', '22', '--reason', 'x'], env);
  expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringContaining('Projections: orders')]);

  const skipped = await holdfast(
    ['projections', 'skip', 'orders', '--position', '22', '--reason', 'the import of May was cut'],
    env,
  );
  expect([skipped.code, skipped.stderr]).toEqual([0, '']);
  await until(async () => (await applied('orders')) === 43, 20_000);
  await projector.stop();
  expect(await listFaults(pool)).toEqual([]);
  const record = z.object({ position: z.int(), reason: z.string(), error: z.string() });
  expect(await pool.any(sql.type(record)`SELECT position, reason, error FROM projection_skips`)).toEqual([
    { position: 22, reason: 'the import of May was cut', error: fault?.error },
  ]);
}, 60_000);

test('the projection continues by itself when the event can be applied', async () => {
  const log = createOrderLog({ pool, capacity: 100 });
  let broken = true;
  const mended: Projection = {
    name: 'other',
    key: [],
    count: '',
    async apply() {
      if (broken) throw new Error('a bug of this release');
    },
  };
  const projector = startProjector({ pool, projections: [mended], partitions: [0], log: silent });
  const position = await appended(log, anAppend(v7()));
  await until(async () => (await listFaults(pool)).length > 0, 20_000);
  broken = false;
  await until(async () => (await applied('other')) === position, 20_000);
  await until(async () => (await listFaults(pool)).length === 0);
  await projector.stop();
}, 60_000);
