/** A rebuild folds the log with bounded memory: the same rows as the batches of the runner. */
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { sql } from 'slonik';
import { v7 } from 'uuid';
import { z } from 'zod';
import { UnknownEventError } from '../../../domain/order/upcast.ts';
import type { OrderFold } from '../../../projections/order-fold.ts';
import { ordersProjection } from '../../../projections/orders.ts';
import type { Projection } from '../../../projections/projection.ts';
import { rebuild } from '../../../projections/rebuild/rebuild.ts';
import { runOnce } from '../../../projections/runner.ts';
import { toId } from '../../../store/ids.ts';
import type { Append } from '../../../store/log/append.ts';
import { type OrderLog, createOrderLog } from '../../../store/log/log.ts';
import { ensurePartitions } from '../../../store/partitions.ts';
import type { DatabasePool } from '../../../store/pool.ts';
import { type TestDatabase, cloneDatabase } from '../../setup/database.ts';
import { forget } from '../../setup/older-release.ts';
import { openTestPool } from '../../setup/pool.ts';
import { anAppend, appended } from '../../store/events.ts';

const ORDERS = 40;
/** Events of each order; the log has the first events of all orders, then the second ones, … */
const VERSIONS = 6;
const NONE = { missing: 0, surplus: 0, different: 0 };

const fold = ordersProjection.fold!;
const orderIds = Array.from({ length: ORDERS }, () => toId('ord', v7()));
const otherIds = Array.from({ length: 5 }, () => toId('ord', v7()));
const tenant = v7();
let database: TestDatabase;
let pool: DatabasePool;
let log: OrderLog;
beforeAll(async () => {
  database = await cloneDatabase();
  pool = await openTestPool(database, 4);
  await ensurePartitions(pool, 2, ['orders']);
  log = createOrderLog({ pool, capacity: ORDERS });
  for (let version = 1; version <= VERSIONS; version += 1)
    await Promise.all(orderIds.map((id, n) => append(id, version, n)));
  // Orders of another tenant in the other partition.
  const other = v7();
  for (let version = 1; version <= 2; version += 1)
    for (const id of otherIds) await append(id, version, 1, { partition: 1, tenantId: other });
}, 60_000);
afterAll(async () => {
  await log.drained();
  await pool.end();
  await database.drop();
});
beforeEach(() => project());

/** An order that gets terms, loses them, and gets other ones. */
function append(order_id: string, version: number, n: number, change: Partial<Append> = {}): Promise<number> {
  const contact = { email: `V${version}-${n}@Example.com`, tags: [`tag-${(version * 7 + n) % 5}`] };
  const placed = {
    ...contact,
    customer_id: `cus_${n % 3}`,
    currency: 'EUR',
    reference: `web "${n}"`,
    lines: [
      { id: 'line_1', sku: `KELP-${n % 4}`, name: 'Kélp, "dried"', quantity: 4, unit_price: 5, total: 20 },
    ],
    total: 20,
    shipping_address: null,
    metadata: { note: 'x'.repeat(n * 100) },
  };
  const updated = { patch: {}, shipping_address: null, metadata: { version: `${version}` }, ...contact };
  const paid = { amount: 20, currency: 'EUR', method: 'card', provider: 'stripe', reference: `ch_${n}` };
  const events = [
    { type: 'OrderPlaced', data: placed },
    { type: 'OrderUpdated', data: updated },
    { type: 'HoldPlaced', data: { reason: 'fraud_review' } },
    { type: 'PaymentRecorded', data: paid },
    { type: 'ItemsShipped', data: { lines: [{ line_id: 'line_1', quantity: 3 }] } },
    { type: 'OrderUpdated', data: { ...updated, email: null } },
  ];
  const event = events[version - 1] as unknown as Append['event'];
  return appended(log, anAppend(tenant, { order_id, version, event, ...change }));
}

/** Projects to the end of the log, some events in a batch. */
async function project(): Promise<void> {
  for (const partition of [0, 1])
    while ((await runOnce(pool, ordersProjection, partition, { limit: 17 })) > 0);
}

const digests = async (schema: string) => {
  const digest = (table: string) =>
    pool.oneFirst(sql.type(z.object({ digest: z.string() }))`
      SELECT md5(string_agg(row::text, ' ' ORDER BY row::text)) AS digest
        FROM ${sql.identifier([schema, table])} AS row`);
  return [await digest('orders'), await digest('order_terms')];
};
const quiet = { onProgress: () => {} };

/** `orders`, and what its fold was asked for. */
function watched(change: Partial<OrderFold<unknown>> = {}) {
  const runs: number[] = [];
  let reads = 0;
  const projection: Projection = {
    ...ordersProjection,
    fold: {
      ...fold,
      async add(transaction, partition, rows) {
        runs.push(rows.length);
        await fold.add(transaction, partition, rows);
      },
      ...change,
    },
    async apply(...given) {
      reads += 1;
      await ordersProjection.apply(...given);
    },
  };
  return { projection, runs, batches: () => reads };
}

test('it writes each row once, and reads none back', async () => {
  const before = await digests('holdfast');
  const { projection, runs, batches } = watched();
  const found = await rebuild(pool, projection, quiet);
  expect(found).toMatchObject({ ...NONE, missing_events: 0 });
  expect(found.compared).toBeGreaterThan(3 * ORDERS);
  expect(runs).toEqual([ORDERS, 5]);
  expect(batches()).toBe(0);
  expect(await digests('holdfast')).toEqual(before);
  expect(await digests('holdfast_previous')).toEqual(before);
});

test.each([
  ['no room for open orders', { runEvents: 7, openBytes: 0 }],
  ['room for some open orders', { runEvents: 7, openBytes: 10_000 }],
  ['room for few late events', { runEvents: 7, openBytes: 0, lateEvents: 10 }],
])('with %s, it ends with the rows of the runner', async (_name, bounds) => {
  const before = await digests('holdfast');
  const { projection, runs, batches } = watched();
  const found = await rebuild(pool, projection, { ...quiet, ...bounds });
  expect(found).toMatchObject({ ...NONE, missing_events: 0 });
  expect(Math.max(...runs)).toBeLessThan(ORDERS);
  expect(runs.reduce((sum, rows) => sum + rows)).toBe(ORDERS + 5); // each order is added once
  expect(batches()).toBeGreaterThan(0);
  expect(await digests('holdfast')).toEqual(before);
  expect(await digests('holdfast_previous')).toEqual(before);
});

test('while events are appended and projected, it ends with the rows of the runner', async () => {
  const late: string[] = [];
  const pause = async () => {
    if (late.length >= 60) return;
    const id = toId('ord', v7());
    late.push(id);
    // A new order, and one more event of an order that was already folded or still comes.
    await append(id, 1, late.length);
    const data = { patch: {}, shipping_address: null, metadata: { late: `${late.length}` } };
    const version = VERSIONS + Math.ceil(late.length / ORDERS);
    const order_id = orderIds[(late.length * 7) % ORDERS]!;
    await appended(log, anAppend(tenant, { order_id, version, event: { type: 'OrderUpdated', data } }));
    await project();
  };
  const found = await rebuild(pool, ordersProjection, {
    ...quiet,
    pause,
    runEvents: 9,
    openBytes: 5_000,
    chunkRows: 9,
  });
  expect(found).toMatchObject(NONE);
  expect(late.length).toBeGreaterThan(20);
  expect(await digests('holdfast')).toEqual(await digests('holdfast_previous'));
}, 30_000);

test('it leaves out the events that an operator has skipped, also all of an order', async () => {
  const skip = async (position: number) =>
    pool.query(sql.unsafe`
      INSERT INTO projection_skips (partition, projection, position, error, reason)
      VALUES (0, 'orders', ${position}, 'x', 'x')`);
  const [whole, cut] = [toId('ord', v7()), toId('ord', v7())];
  await skip(await append(whole, 1, 1));
  await append(cut, 1, 2);
  await skip(await append(cut, 2, 2));
  await project();
  const before = await digests('holdfast');
  const { projection, runs } = watched();
  expect(await rebuild(pool, projection, quiet)).toMatchObject(NONE);
  expect(runs.length).toBe(2);
  expect(await digests('holdfast')).toEqual(before);
});

test('an event of a newer release stops it, and the live table stays', async () => {
  const before = await digests('holdfast');
  const upgrade = forget('HoldPlaced');
  try {
    await expect(rebuild(pool, ordersProjection, quiet)).rejects.toThrow(UnknownEventError);
  } finally {
    upgrade();
  }
  expect(await digests('holdfast')).toEqual(before);
  expect(await pool.anyFirst(sql.unsafe`SELECT to_regclass('holdfast_rebuild.orders')::text`)).toEqual([
    null,
  ]);
});

test('a failed write of a run stops it, and the live table stays', async () => {
  const before = await digests('holdfast');
  let runs = 0;
  const { projection } = watched({
    async add(...given) {
      runs += 1;
      if (runs === 3) throw new Error('no room');
      await fold.add(...given);
    },
  });
  await expect(rebuild(pool, projection, { ...quiet, runEvents: 20, openBytes: 0 })).rejects.toThrow(
    'no room',
  );
  expect(runs).toBe(3);
  expect(await digests('holdfast')).toEqual(before);
});

test('its checkpoint covers all that it has written, so that lost events mark it', async () => {
  const positionOf = () =>
    pool.oneFirst(sql.type(z.object({ position: z.int() }))`
      SELECT position FROM checkpoints WHERE consumer = 'orders.rebuild' AND partition = 0`);
  let newest = 0;
  const covered: boolean[] = [];
  const { projection } = watched({
    evolve(row, event) {
      newest = Math.max(newest, event.position);
      return fold.evolve(row, event);
    },
  });
  const pause = async () => {
    // Rows of a run are written while the next one is folded.
    covered.push((await positionOf()) >= newest - 80);
  };
  await rebuild(pool, projection, { ...quiet, pause, runEvents: 40, openBytes: 0 });
  expect(covered.length).toBeGreaterThan(4);
  expect(covered).not.toContain(false);
});

test('it reports its progress, up to the position of the live table', async () => {
  const seen: { applied: number; head: number }[] = [];
  await rebuild(pool, ordersProjection, { onProgress: (progress) => seen.push(progress), runEvents: 40 });
  const last = seen.findLastIndex(({ applied, head }) => applied === head && head > 100);
  expect(last).toBeGreaterThan(2);
  const [first] = seen;
  expect(first!.applied).toBeLessThan(first!.head);
});

test('a comparison in small chunks finds the wrong rows of two chunks, each once', async () => {
  const at = async (offset: number) =>
    pool.oneFirst(sql.type(z.object({ id: z.string() }))`
      SELECT order_id::text AS id FROM orders ORDER BY order_id, tenant_id, partition LIMIT 1 OFFSET ${offset}`);
  const [changed, removed] = [await at(2), await at(30)];
  await pool.query(
    sql.unsafe`UPDATE orders SET document = document || ' ' WHERE order_id = ${changed} AND partition = 0`,
  );
  await pool.query(sql.unsafe`DELETE FROM orders WHERE order_id = ${removed} AND partition = 0`);
  const found = await rebuild(pool, ordersProjection, { ...quiet, chunkRows: 7 });
  expect(found).toMatchObject({ missing: 1, surplus: 0, different: 1 });
  expect(found.rows.map(({ key }) => key.split(' ')[0])).toEqual([changed, removed]);
  expect(await rebuild(pool, ordersProjection, { ...quiet, chunkRows: 7 })).toMatchObject(NONE);
});
