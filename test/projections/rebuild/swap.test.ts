/** Rebuilds of a table that is written and read meanwhile. */
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { sql } from 'slonik';
import { z } from 'zod';
import { ordersProjection } from '../../../projections/orders.ts';
import { rebuild } from '../../../projections/rebuild/rebuild.ts';
import { verify } from '../../../projections/rebuild/verify.ts';
import { holdfast } from '../../setup/processes/command.ts';
import { type Shop, anOrder, openShop, until } from '../../setup/shop.ts';

let shop: Shop;
let env: Record<string, string>;
beforeAll(async () => {
  shop = await openShop();
  env = { DATABASE_URL: shop.database.url };
});
afterAll(() => shop.close());

const quiet = { onProgress: () => {} };
const place = async () => (await shop.ask('/v1/orders', { body: anOrder() })).json.id as string;
const digest = () =>
  shop.pool.oneFirst(sql.type(z.object({ digest: z.string() }))`
    SELECT md5(string_agg(row::text, '' ORDER BY placed_position)) AS digest FROM orders AS row`);
const events = () => shop.pool.oneFirst(sql.type(z.object({ n: z.int() }))`SELECT count(*) AS n FROM events`);
const caughtUp = async () => {
  const position = await shop.pool.oneFirst(sql.type(z.object({ position: z.int() }))`
    SELECT head.position - checkpoint.position AS position FROM log_heads AS head JOIN checkpoints AS checkpoint USING (partition)
     WHERE consumer = 'orders'`);
  return position === 0;
};
async function openConnection() {
  const client = new Client({ connectionString: shop.database.url });
  await client.connect();
  return client;
}
const isSwapWaiting = () =>
  shop.pool.exists(sql.unsafe`
    SELECT FROM pg_locks
     WHERE relation = 'orders'::regclass AND mode = 'AccessExclusiveLock' AND NOT granted`);
const tablesApart = () =>
  shop.pool.anyFirst(sql.type(z.object({ name: z.string() }))`
    SELECT table_schema || '.' || table_name AS name FROM information_schema.tables
     WHERE table_schema IN ('holdfast_rebuild', 'holdfast_previous') ORDER BY 1`);

describe('a rebuild', () => {
  test('that waits for a long reader keeps no other reader waiting', async () => {
    await place();
    await until(caughtUp);
    const reader = await openConnection();
    const other = await openConnection();
    try {
      await reader.query('BEGIN; SELECT FROM orders LIMIT 1');
      let isDone = false;
      const rebuilding = rebuild(shop.pool, ordersProjection, quiet).finally(() => (isDone = true));
      rebuilding.catch(() => {}); // awaited below
      await other.query("SET lock_timeout = '1s'");
      await until(isSwapWaiting, 30_000);
      for (let n = 0; n < 20; n += 1) {
        await other.query('SELECT FROM orders LIMIT 1');
        await delay(50);
      }
      expect(isDone).toBe(false);
      await reader.query('COMMIT');
      await rebuilding;
    } finally {
      await Promise.all([reader.end(), other.end()]);
    }
  }, 60_000);

  test('during writes and walks skips, repeats or loses no order, and gives the table of a cold rebuild', async () => {
    for (let n = 0; n < 60; n += 1) await Promise.all([place(), place(), place()]);
    await until(caughtUp);
    let busy = true;
    const placed: string[] = [];
    const writer = (async () => {
      while (busy) {
        const id = await place();
        placed.push(id);
        if (placed.length % 3 === 0) await shop.ask(`/v1/orders/${id}/cancellation`, { body: {} });
      }
    })();
    const walks: string[][] = [];
    const walker = (async () => {
      while (busy) {
        const seen: string[] = [];
        let next: string | undefined = '/v1/orders?order=asc&limit=50';
        while (next) {
          const { json, headers } = (await shop.ask(next)) as Awaited<ReturnType<Shop['ask']>>;
          seen.push(...json.data.map(({ id }: { id: string }) => id));
          next = /<([^>]+)>; rel="next"/.exec(headers.get('link') ?? '')?.[1];
        }
        walks.push(seen);
      }
    })();
    const outcomes = [];
    for (let n = 0; n < 3; n += 1) outcomes.push(await rebuild(shop.pool, ordersProjection, quiet));
    busy = false;
    await Promise.all([writer, walker]);

    for (const { missing, surplus, different } of outcomes)
      expect([missing, surplus, different]).toEqual([0, 0, 0]);
    expect(walks.length).toBeGreaterThan(2);
    let before: string[] = [];
    for (const walk of walks) {
      expect(new Set(walk).size).toBe(walk.length);
      expect(walk.slice(0, before.length)).toEqual(before); // never older, never with a gap
      before = walk;
    }
    await until(caughtUp);
    const live = await digest();
    await shop.pool.query(sql.unsafe`TRUNCATE orders`);
    await shop.pool.query(sql.unsafe`UPDATE checkpoints SET position = 0 WHERE consumer = 'orders'`);
    await until(caughtUp, 20_000);
    expect(await digest()).toBe(live);
  }, 90_000);

  test('repairs wrong rows, reports them, and keeps the old table for a rollback', async () => {
    await until(caughtUp);
    await shop.pool.query(sql.unsafe`DELETE FROM orders WHERE placed_position = 1`);
    await shop.pool.query(sql.unsafe`UPDATE orders SET customer_id = 'mallory' WHERE placed_position = 2`);
    await shop.pool.query(sql.unsafe`
      INSERT INTO orders SELECT partition, tenant_id, 3, gen_random_uuid(), customer_id, status, placed_at, version, document, facts
        FROM orders WHERE placed_position = 3`);
    const verified = await holdfast(['projections', 'verify', 'orders'], env);
    expect(verified.code).toBe(1);
    expect(verified.stderr).toContain('1 missing, 1 surplus, 1 different');
    expect(await tablesApart()).not.toContain('holdfast_rebuild.orders');

    const rebuilt = await holdfast(['projections', 'rebuild', 'orders', '--json'], env);
    expect(rebuilt.json).toMatchObject({ missing: 1, surplus: 1, different: 1 });
    expect((await holdfast(['projections', 'verify', 'orders'], env)).code).toBe(0);
    expect(await tablesApart()).toEqual(['holdfast_previous.order_terms', 'holdfast_previous.orders']);

    await place();
    const back = await holdfast(['projections', 'rollback', 'orders'], env);
    expect([back.code, back.stderr]).toEqual([0, '']);
    const wrong = await verify(shop.pool, ordersProjection, quiet);
    expect([wrong.missing, wrong.surplus, wrong.different]).toEqual([1, 1, 1]); // the previous table, caught up
    expect((await holdfast(['projections', 'rollback', 'orders'], env)).code).toBe(0);
    const mended = await verify(shop.pool, ordersProjection, quiet);
    expect([mended.missing, mended.surplus, mended.different]).toEqual([0, 0, 0]);
    expect(await events()).toBeGreaterThan(180);
  }, 90_000);

  test('runs one at a time, and a killed one blocks no other', async () => {
    const entered = Promise.withResolvers<void>();
    const add = async () => new Promise<void>(() => entered.resolve());
    const slow = { ...ordersProjection, fold: { ...ordersProjection.fold!, add } };
    void rebuild(shop.pool, slow, quiet).catch(() => {});
    await entered.promise;
    const second = await holdfast(['projections', 'rebuild', 'orders'], env);
    expect([second.code, second.stderr]).toEqual([
      1,
      expect.stringContaining('A rebuild or rollback of orders already runs'),
    ]);
    await shop.pool.query(sql.unsafe`
      SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`);
    await shop.pool.query(sql.unsafe`
      SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle in transaction'`);
    expect((await shop.ask('/v1/orders')).status).toBe(200); // the old table stays live
    await until(async () => (await holdfast(['projections', 'rebuild', 'orders'], env)).code === 0, 20_000);
  }, 60_000);
});
