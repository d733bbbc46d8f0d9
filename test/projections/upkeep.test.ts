/** Commands of an operator on projections, and the auditor. */
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { sql } from 'slonik';
import { z } from 'zod';
import { registry } from '../../platform/metrics.ts';
import { auditOnce, startAuditor } from '../../projections/rebuild/auditor.ts';
import { ordersProjection } from '../../projections/orders.ts';
import { rebuild } from '../../projections/rebuild/rebuild.ts';
import { verify } from '../../projections/rebuild/verify.ts';
import { holdfast } from '../setup/processes/command.ts';
import { type Shop, anOrder, openShop, until } from '../setup/shop.ts';

const PLACED = 20;
/** One SKU an order. */
const TERMS_PER_ORDER = 1;

let shop: Shop;
let env: Record<string, string>;
beforeAll(async () => {
  shop = await openShop();
  env = { DATABASE_URL: shop.database.url };
  for (let n = 0; n < PLACED; n += 1) await shop.ask('/v1/orders', { body: anOrder() });
  await until(async () => (await rows()) === PLACED);
});
afterAll(() => shop.close());

const rows = () => shop.pool.oneFirst(sql.type(z.object({ n: z.int() }))`SELECT count(*) AS n FROM orders`);
const run = (...words: string[]) => holdfast(['projections', ...words], env);
const quiet = { onProgress: () => {} };
const gauge = async (name: string) => {
  const found = await registry.getSingleMetric(name)?.get();
  return found?.values.find(({ labels }) => labels['projection'] === 'orders')?.value;
};
const breakRows = async () => {
  await shop.pool.query(sql.unsafe`DELETE FROM orders WHERE placed_position = 1`);
  await shop.pool.query(sql.unsafe`UPDATE orders SET customer_id = 'mallory' WHERE placed_position = 2`);
};

test('projections are listed, with their tables', async () => {
  await shop.pool.query(sql.unsafe`ANALYZE orders`);
  const { json } = await run('list', '--json');
  expect(json).toContainEqual({
    projection: 'orders',
    rows: PLACED,
    bytes: expect.any(Number),
    kept: false,
  });
  expect((await run('list')).stdout).toMatch(/orders +20 +\d+\.\d MiB +-/);
});

test('a paused projection stops, shows it, can be rebuilt, and continues where it stopped', async () => {
  await run('pause', 'orders');
  expect((await run('pause', 'orders')).code).toBe(0);
  const { status } = await shop.ask('/v1/orders', { body: anOrder() });
  expect(status).toBe(201);
  await delay(600); // longer than two poll intervals of the projector
  expect(await rows()).toBe(PLACED);
  expect((await run('status')).stdout).toMatch(/orders +0 +20 +21 +1 +paused since 20/);

  expect((await run('rebuild', 'orders', '--json')).json).toMatchObject({
    compared: PLACED * (1 + TERMS_PER_ORDER),
    different: 0,
  });
  expect(await rows()).toBe(PLACED); // rebuilt, and still paused
  expect((await shop.ask('/v1/orders')).json.data).toHaveLength(PLACED);

  await run('resume', 'orders');
  await until(async () => (await rows()) === PLACED + 1);
  expect((await run('status')).stdout).toContain('running');
}, 30_000);

test('an unknown projection cannot be paused', async () => {
  const { code, stderr } = await run('pause', 'ordres');
  expect([code, stderr]).toEqual([2, expect.stringContaining('unknown projection "ordres"')]);
});

test.each([1, 2, 3, 7, PLACED + 1, 1_000])(
  'a comparison in chunks of %i rows reports each difference once',
  async (chunkRows) => {
    const ends = sql.unsafe`
    SELECT order_id FROM orders WHERE order_id IN ((SELECT min(order_id::text) FROM orders)::uuid, (SELECT max(order_id::text) FROM orders)::uuid)`;
    await shop.pool.query(sql.unsafe`CREATE TABLE spared AS SELECT * FROM orders`);
    await shop.pool.query(sql.unsafe`DELETE FROM orders WHERE order_id IN (${ends})`);
    await shop.pool.query(sql.unsafe`DELETE FROM orders WHERE placed_position IN (7, 8)`);
    await shop.pool.query(
      sql.unsafe`UPDATE orders SET status = 'paid' WHERE placed_position BETWEEN 10 AND 12`,
    );
    await shop.pool.query(sql.unsafe`
    INSERT INTO orders SELECT partition, tenant_id, placed_position, stranger::uuid, customer_id, status, placed_at, version, document, facts
      FROM orders, unnest(ARRAY['00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff']) AS stranger
     WHERE placed_position = 15`);
    const found = await verify(shop.pool, ordersProjection, { ...quiet, chunkRows });
    expect(found).toMatchObject({
      missing: 4,
      surplus: 2,
      different: 3,
      compared: PLACED + 3 + (PLACED + 1) * TERMS_PER_ORDER,
      missing_events: 4,
    });
    expect(new Set(found.rows.map(({ key }) => key)).size).toBe(9);
    await shop.pool.query(sql.unsafe`TRUNCATE orders`);
    await shop.pool.query(sql.unsafe`INSERT INTO orders SELECT * FROM spared`);
    await shop.pool.query(sql.unsafe`DROP TABLE spared`);
  },
);

describe('the auditor', () => {
  test('reports wrong rows in its metrics and in the log', async () => {
    await auditOnce(shop.pool, ordersProjection, { share: 1 });
    expect(await gauge('holdfast_projection_different_rows')).toBe(0);
    expect(await gauge('holdfast_projection_missing_events')).toBe(0);

    await breakRows();
    const lines: string[] = [];
    const auditor = startAuditor({
      pool: shop.pool,
      projections: [ordersProjection],
      log: pino({ level: 'error' }, { write: (line: string) => void lines.push(line) }),
      share: 1,
      restMs: 1,
    });
    await until(() => lines.length > 0);
    await auditor.stop();
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ projection: 'orders', missing: 1, different: 1 });
    expect(await gauge('holdfast_projection_different_rows')).toBe(2);
    expect(await gauge('holdfast_projection_missing_events')).toBe(1);

    await rebuild(shop.pool, ordersProjection, quiet);
    await auditOnce(shop.pool, ordersProjection, { share: 1 });
    expect(await gauge('holdfast_projection_different_rows')).toBe(0);
  }, 30_000);

  test('uses only its share of the time', async () => {
    const timed = async (share: number) => {
      const started = performance.now();
      await auditOnce(shop.pool, ordersProjection, { share });
      return performance.now() - started;
    };
    await timed(1);
    expect(await timed(0.02)).toBeGreaterThan(3 * (await timed(1)));
  }, 30_000);

  test('blocks no rebuild, and no rebuild blocks it', async () => {
    const entered = Promise.withResolvers<void>();
    const release = Promise.withResolvers<void>();
    const pause = () => {
      entered.resolve();
      return release.promise;
    };
    const audit = verify(shop.pool, ordersProjection, { ...quiet, pause }, 'audit');
    await entered.promise;
    expect((await rebuild(shop.pool, ordersProjection, quiet)).different).toBe(0);
    release.resolve();
    expect(await audit).toMatchObject({ missing: 0, surplus: 0, different: 0 });
  }, 30_000);
});

test('a rebuild also skips the events that an operator skipped', async () => {
  const position = await shop.pool.oneFirst(
    sql.type(z.object({ position: z.int() }))`SELECT max(position) AS position FROM events`,
  );
  await shop.pool.query(sql.unsafe`
    INSERT INTO projection_skips (partition, projection, position, error, reason)
    VALUES (0, 'orders', ${position}, 'it cannot be applied', 'a test')`);
  for (const table of ['orders', 'order_terms'])
    await shop.pool.query(
      sql.unsafe`DELETE FROM ${sql.identifier([table])} WHERE placed_position = ${position}`,
    );
  expect(await verify(shop.pool, ordersProjection, quiet)).toMatchObject({
    missing: 0,
    surplus: 0,
    different: 0,
  });
});
