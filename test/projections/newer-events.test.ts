/** A projector leaves events that only a newer release knows to the nodes of that release. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { sql } from 'slonik';
import { v7 } from 'uuid';
import { z } from 'zod';
import { listFaults, recordFault, skipEvent } from '../../projections/faults.ts';
import { ordersProjection } from '../../projections/orders.ts';
import { runOnce, startProjector } from '../../projections/runner.ts';
import { salesProjection } from '../../projections/sales/sales.ts';
import { createOrderLog } from '../../store/log/log.ts';
import { ensurePartitions, progressOf } from '../../store/partitions.ts';
import { type DatabasePool, openPool } from '../../store/pool.ts';
import { type TestDatabase, cloneDatabase } from '../setup/database.ts';
import { appendRow, forget } from '../setup/older-release.ts';
import { holdfast } from '../setup/processes/command.ts';
import { until } from '../setup/shop.ts';
import { anAppend, appended } from '../store/events.ts';

const silent = pino({ level: 'silent' });
let database: TestDatabase;
let pool: DatabasePool;
beforeAll(async () => {
  database = await cloneDatabase();
  pool = await openPool({ databaseUrl: database.url, size: 6, log: silent, checkRows: true });
  await ensurePartitions(pool, 2, ['orders', 'sales']);
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

const applied = async (name: string, partition = 0) => (await progressOf(pool, partition, name)).applied;
const isOnHold = (orderId: string) =>
  pool.oneFirst(
    sql.type(
      z.object({ is_on_hold: z.boolean() }),
    )`SELECT is_on_hold FROM orders WHERE order_id = ${orderId.slice(4)}`,
  );

test('it stops before the event, without a fault; the upgraded node goes on', async () => {
  const log = createOrderLog({ pool, capacity: 100 });
  const tenant = v7();
  const order = anAppend(tenant);
  const upgrade = forget('HoldPlaced');
  const projections = [ordersProjection, salesProjection];
  const projector = startProjector({ pool, projections, partitions: [0, 1], log: silent });
  try {
    await appended(log, order);
    const position = await appendRow(pool, order.order_id, {
      type: 'HoldPlaced',
      data: '{"reason":"fraud_review"}',
    });
    for (let n = 0; n < 5; n += 1) await appended(log, anAppend(tenant));
    await appended(log, anAppend(tenant, { partition: 1 }));

    // The other partition continues, and so does the part of this one before the event.
    await until(async () => (await applied('orders', 1)) === 1 && (await applied('sales', 1)) === 1);
    await until(async () => (await applied('orders')) === position - 1);
    await until(async () => (await applied('sales')) === position - 1);
    expect(await listFaults(pool)).toEqual([]);
    const skip = { projection: 'orders', partition: 0, position, reason: 'x' };
    expect(await skipEvent(pool, skip)).toBe(false);

    upgrade();
    await until(async () => (await applied('orders')) === 7 && (await applied('sales')) === 7);
    expect(await isOnHold(order.order_id)).toBe(true);
  } finally {
    upgrade();
    await projector.stop();
  }
}, 60_000);

test('behind an event that a newer node has applied, an older node applies nothing', async () => {
  const log = createOrderLog({ pool, capacity: 100 });
  const order = anAppend(v7());
  await appended(log, order);
  await appendRow(pool, order.order_id, { type: 'HoldPlaced', data: '{"reason":"fraud_review"}' });
  await runOnce(pool, ordersProjection, 0); // a newer node
  const event = {
    type: 'OrderUpdated',
    data: { patch: { note: 'x' }, shipping_address: null, metadata: {}, note: 'x' },
  } as const;
  await appended(log, anAppend(order.tenantId, { order_id: order.order_id, version: 3, event }));
  const before = await applied('orders');
  const upgrade = forget('HoldPlaced');
  try {
    expect(await runOnce(pool, ordersProjection, 0)).toBe(0);
    expect(await applied('orders')).toBe(before);
  } finally {
    upgrade();
  }
  expect(await runOnce(pool, ordersProjection, 0)).toBe(1);
  expect(await isOnHold(order.order_id)).toBe(true);
});

test('a fault that another node has passed is not listed, and cannot be skipped', async () => {
  const log = createOrderLog({ pool, capacity: 100 });
  const position = await appended(log, anAppend(v7()));
  await recordFault(pool, {
    projection: 'orders',
    partition: 0,
    position,
    error: 'of a node of the release before',
  });
  expect(await listFaults(pool)).toMatchObject([{ position }]);
  await runOnce(pool, ordersProjection, 0);
  expect(await listFaults(pool)).toEqual([]);
  expect(await skipEvent(pool, { projection: 'orders', partition: 0, position, reason: 'x' })).toBe(false);
  expect(await applied('orders')).toBe(position);
});

test('projections status names the event and the remedy', async () => {
  const log = createOrderLog({ pool, capacity: 100 });
  const order = anAppend(v7());
  await appended(log, order);
  const position = await appendRow(pool, order.order_id, { type: 'OrderArchived', schemaVersion: 3 });
  await runOnce(pool, ordersProjection, 0);
  const env = { DATABASE_URL: database.url };
  const { stdout } = await holdfast(['projections', 'status'], env);
  expect(stdout).toContain(`waits at ${position} for a newer release: OrderArchived, schema version 3`);
  expect(stdout).not.toContain('projections skip');
  const verified = await holdfast(['projections', 'status', '--json'], env);
  expect(verified.json).toEqual(
    expect.arrayContaining([
      expect.objectContaining({
        projection: 'orders',
        stopped: null,
        waiting: { position, type: 'OrderArchived', schema_version: 3 },
      }),
    ]),
  );
}, 60_000);
