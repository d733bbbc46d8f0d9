/** A rebuild that loses its lease or its connections at any stage leaves the live tables whole. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { type DatabasePool, sql } from 'slonik';
import { z } from 'zod';
import { directAddressOf } from '../../../store/connections/direct-address.ts';
import { ordersProjection } from '../../../projections/orders.ts';
import { type Lease, RebuildHeldError, withLease } from '../../../projections/rebuild/lease.ts';
import { rebuild, rollback } from '../../../projections/rebuild/rebuild.ts';
import { verify } from '../../../projections/rebuild/verify.ts';
import { CONSUMERS } from '../../../process/consumers.ts';
import { ensurePartitions } from '../../../store/partitions.ts';
import { admin } from '../../setup/database.ts';
import { openTestPool } from '../../setup/pool.ts';
import { type Shop, anOrder, openShop, until } from '../../setup/shop.ts';

const PLACED = 12;
/** Short, so that a stalled rebuild is taken over at once. */
const LEASE = { beatMs: 50, expiryMs: 250 };
/** More than any rebuild here needs. */
const STAGES_MAX = 60;

let shop: Shop;
let doomed: DatabasePool;
beforeAll(async () => {
  shop = await openShop();
  doomed = await openTestPool({ url: `${directAddressOf(shop.database.url)}?application_name=doomed` }, 4);
  for (let n = 0; n < PLACED; n += 1) await shop.ask('/v1/orders', { body: anOrder() });
  await until(async () => (await count('orders')) === PLACED);
});
afterAll(async () => {
  await doomed.end();
  await shop.close();
});

const quiet = { onProgress: () => {}, lease: LEASE };
const count = (table: string) =>
  shop.pool.oneFirst(
    sql.type(z.object({ n: z.int() }))`SELECT count(*) AS n FROM ${sql.identifier([table])}`,
  );
const indexes = () =>
  shop.pool.anyFirst(sql.type(z.object({ name: z.string() }))`
    SELECT indexdef AS name FROM pg_indexes
     WHERE schemaname = 'holdfast' AND tablename IN ('orders', 'order_terms') ORDER BY 1`);
const leftBehind = () =>
  shop.pool.anyFirst(sql.type(z.object({ name: z.string() }))`
    SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'holdfast_rebuild'`);

/** Calls `act` before the nth statement or transaction. */
function withStage(pool: DatabasePool, stage: number, act: () => Promise<void>): DatabasePool {
  let calls = 0;
  return new Proxy(pool, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== 'function' || !/^(?:transaction|connect|query|any|one)/.test(String(name)))
        return value;
      return async (...given: unknown[]) => {
        calls += 1;
        if (calls === stage) await act();
        return (value as (...args: unknown[]) => unknown).apply(target, given);
      };
    },
  });
}

const terminate = () =>
  admin(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'doomed'`);

async function expectWhole(expectedIndexes: readonly string[]): Promise<void> {
  expect(await indexes()).toEqual(expectedIndexes);
  expect(await verify(shop.pool, ordersProjection, quiet)).toMatchObject({
    missing: 0,
    surplus: 0,
    different: 0,
    compared: 2 * PLACED,
  });
  expect(await leftBehind()).toEqual([]);
}

test('whose connections end at any stage', async () => {
  const whole = await indexes();
  let isReached = true;
  for (let stage = 1; isReached; stage += 1) {
    expect(stage).toBeLessThan(STAGES_MAX);
    isReached = false;
    const reached = Promise.withResolvers<void>();
    const staged = withStage(doomed, stage, async () => {
      isReached = true;
      await terminate();
      reached.resolve();
    });
    const first = rebuild(staged, ordersProjection, quiet).catch((error: unknown) => error);
    await Promise.race([reached.promise, first]);
    // Whatever the first one still does, the second one succeeds once the lease is free.
    await until(async () =>
      rebuild(shop.pool, ordersProjection, quiet).then(
        () => true,
        () => false,
      ),
    );
    await first;
    await expectWhole(whole);
  }
}, 240_000);

test('that stalls at any stage, while another one completes', async () => {
  const whole = await indexes();
  let isReached = true;
  for (let stage = 2; isReached; stage += 1) {
    expect(stage).toBeLessThan(STAGES_MAX);
    isReached = false;
    const reached = Promise.withResolvers<void>();
    const resumed = Promise.withResolvers<void>();
    const staged = withStage(doomed, stage, async () => {
      isReached = true;
      reached.resolve();
      await resumed.promise;
    });
    // No beats: the process is stopped.
    const first = rebuild(staged, ordersProjection, { ...quiet, lease: { ...LEASE, beatMs: 60_000 } });
    const outcome = first.catch((error: unknown) => error);
    await Promise.race([reached.promise, outcome]);
    await rebuild(shop.pool, ordersProjection, quiet);
    const swapped = await shop.pool.oneFirst(sql.type(z.object({ oid: z.int() }))`
      SELECT 'holdfast.orders'::regclass::oid::integer AS oid`);
    resumed.resolve();
    const result = await outcome;
    if (isReached && result instanceof Error) {
      expect(result.name).toBe('LeaseLostError');
      // Its tables did not replace those of the second one.
      expect(
        await shop.pool.oneFirst(sql.type(z.object({ oid: z.int() }))`
          SELECT 'holdfast.orders'::regclass::oid::integer AS oid`),
      ).toBe(swapped);
    }
    await expectWhole(whole);
  }
}, 240_000);

test('the second of two is refused as long as the first one lives', async () => {
  const resumed = Promise.withResolvers<void>();
  const reached = Promise.withResolvers<void>();
  const pause = async () => {
    reached.resolve();
    await resumed.promise;
  };
  // The usual times: on a busy machine, beats of 50 ms can stand still for half a second.
  const { onProgress } = quiet;
  const first = rebuild(doomed, ordersProjection, { onProgress, pause });
  await reached.promise;
  await expect(rebuild(shop.pool, ordersProjection, { onProgress })).rejects.toThrow(
    `process ${process.pid}`,
  );
  resumed.resolve();
  expect((await first).different).toBe(0);
}, 30_000);

test('keeps its lease while others try to take it', async () => {
  const hold = async (lease: Lease) => {
    let isHeld = true;
    const takers = Array.from({ length: 8 }, async () => {
      while (isHeld)
        await expect(withLease(shop.pool, ordersProjection, 'rebuild', async () => {})).rejects.toThrow(
          RebuildHeldError,
        );
    });
    const held = async () => {
      for (let n = 0; n < 500; n += 1) await lease.transaction((own) => own.query(sql.unsafe`SELECT 1`));
    };
    await Promise.all([held().finally(() => (isHeld = false)), ...takers]);
  };
  await withLease(doomed, ordersProjection, 'rebuild', hold, { beatMs: 50 });
}, 30_000);

describe('a swap', () => {
  afterEach(() => shop.pool.query(sql.unsafe`DROP INDEX IF EXISTS orders_of_a_later_release`));

  test('is refused when the live table got another index meanwhile', async () => {
    const whole = await indexes();
    let steps = 0;
    const pause = async () => {
      steps += 1;
      // Behind the run of the fold: before, the new table would get the index too.
      if (steps === 2)
        await shop.pool.query(sql.unsafe`CREATE INDEX orders_of_a_later_release ON orders (placed_at)`);
    };
    await expect(rebuild(shop.pool, ordersProjection, { ...quiet, pause })).rejects.toThrow(
      'holdfast_rebuild.orders lacks index CREATE INDEX orders_of_a_later_release',
    );
    await shop.pool.query(sql.unsafe`DROP INDEX orders_of_a_later_release`);
    await expectWhole(whole);
  });

  test('is refused when the log lost events meanwhile', async () => {
    const whole = await indexes();
    const pause = async () => {
      await shop.pool.query(
        sql.unsafe`UPDATE checkpoints SET lost_position = position WHERE consumer = 'orders.rebuild'`,
      );
    };
    await expect(rebuild(shop.pool, ordersProjection, { ...quiet, pause })).rejects.toThrow(
      'orders.rebuild does not have the same events as orders',
    );
    await expectWhole(whole);
  });

  test('of a rollback creates the indexes that the previous table lacks', async () => {
    await rebuild(shop.pool, ordersProjection, quiet);
    await shop.pool.query(sql.unsafe`CREATE INDEX orders_of_a_later_release ON orders (placed_at)`);
    const whole = await indexes();
    await rollback(shop.pool, ordersProjection, quiet);
    await expectWhole(whole);
  });

  test('of a rollback is refused when the previous table lacks a column', async () => {
    await rebuild(shop.pool, ordersProjection, quiet);
    await shop.pool.query(sql.unsafe`ALTER TABLE orders ADD COLUMN of_a_later_release text`);
    await expect(rollback(shop.pool, ordersProjection, quiet)).rejects.toThrow(
      'holdfast_previous.orders lacks column of_a_later_release text',
    );
    await shop.pool.query(sql.unsafe`ALTER TABLE orders DROP COLUMN of_a_later_release`);
  });
});

test('a rollback succeeds after partitions were added', async () => {
  await rebuild(shop.pool, ordersProjection, quiet);
  await ensurePartitions(shop.pool, 3, CONSUMERS);
  const whole = await indexes();
  await rollback(shop.pool, ordersProjection, quiet);
  await expectWhole(whole);
  await rollback(shop.pool, ordersProjection, quiet);
  const positions = await shop.pool.any(sql.type(z.object({ partition: z.int(), position: z.int() }))`
    SELECT partition, position FROM checkpoints WHERE consumer = 'orders.previous' ORDER BY partition`);
  expect(positions).toEqual([
    { partition: 0, position: PLACED },
    { partition: 1, position: 0 },
    { partition: 2, position: 0 },
  ]);
});

test('a rebuild succeeds while partitions are added', async () => {
  let steps = 0;
  const pause = async () => {
    steps += 1;
    if (steps === 1) await ensurePartitions(shop.pool, 5, CONSUMERS);
  };
  expect(await rebuild(shop.pool, ordersProjection, { ...quiet, pause })).toMatchObject({ different: 0 });
  await expectWhole(await indexes());
});
