/** `Holdfast-Read-After`: what waits cost, how they end, and how tenants share them. */
import { EventEmitter } from 'node:events';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { DatabasePool } from 'slonik';
import { readAfter } from '../../api/lists/read-after.ts';
import { ordersProjection } from '../../projections/orders.ts';
import { setPaused } from '../../projections/pause.ts';
import { createReadAfter } from '../../projections/read-after.ts';
import { readAfterWaits } from '../../platform/metrics.ts';
import { type Shop, anOrder, openShop, until } from '../setup/shop.ts';

const ORDERS = ordersProjection.name;
let shop: Shop;
let position: number;
async function place(): Promise<number> {
  const { headers } = await shop.ask('/v1/orders', { body: anOrder() });
  return Number(headers.get('holdfast-position'));
}
beforeAll(async () => {
  shop = await openShop();
  await setPaused(shop.pool, ORDERS, true);
  position = await place();
});
afterEach(() => setPaused(shop.pool, ORDERS, true));
afterAll(() => shop.close());

/** Counts the statements of a pool. */
function counted(pool: DatabasePool) {
  let count = 0;
  const counting = new Proxy(pool, {
    get(target, name, receiver) {
      if (name === 'one') count += 1;
      return Reflect.get(target, name, receiver) as unknown;
    },
  });
  return { pool: counting, count: () => count };
}

const waitsNow = async () => (await readAfterWaits.get()).values[0]?.value ?? 0;

describe('waits for a position', () => {
  const awaited = () => ({ partition: 0, consumer: ORDERS, position });

  test('share one read of the progress, however many they are', async () => {
    const { pool, count } = counted(shop.pool);
    const readAfter = createReadAfter(pool);
    const waits = Array.from({ length: 100 }, () =>
      readAfter.wait(awaited(), { tenantId: 'one', timeoutMs: 1_000 }),
    );
    expect(new Set(await Promise.all(waits))).toEqual(new Set(['behind']));
    // One every 10 ms at first, one every 200 ms then; a wait each would be thousands.
    expect(count()).toBeGreaterThan(0);
    expect(count()).toBeLessThan(50);
  });

  test('end when the projection has applied the position, and with them the reads', async () => {
    const { pool, count } = counted(shop.pool);
    const readAfter = createReadAfter(pool);
    const waiting = readAfter.wait(awaited(), { tenantId: 'one', timeoutMs: 60_000 });
    const beyond = readAfter.wait(
      { ...awaited(), position: position + 1 },
      { tenantId: 'one', timeoutMs: 60_000 },
    );
    await until(() => count() > 3);
    await setPaused(shop.pool, ORDERS, false);
    expect(await waiting).toBe('reached');
    await place();
    expect(await beyond).toBe('reached');
    const last = count();
    // A new wait finds the loop ended, and starts one.
    expect(await readAfter.wait(awaited(), { tenantId: 'one', timeoutMs: 60_000 })).toBe('reached');
    expect(count()).toBeLessThanOrEqual(last + 2);
  });

  test('fail with the error of the read', async () => {
    const failing = { one: () => Promise.reject(new Error('no Postgres')) } as unknown as DatabasePool;
    const readAfter = createReadAfter(failing);
    const wait = () => readAfter.wait(awaited(), { tenantId: 'one', timeoutMs: 60_000 });
    await expect(wait()).rejects.toThrow('no Postgres');
    await expect(wait()).rejects.toThrow('no Postgres');
  });

  test('of one tenant leave room for another one', async () => {
    const readAfter = createReadAfter(shop.pool);
    const gone = new AbortController();
    const wait = (tenantId: string) =>
      readAfter.wait(awaited(), { tenantId, timeoutMs: 60_000, gone: gone.signal });
    const greedy = Array.from({ length: 1_000 }, () => wait('greedy'));
    const modest = Array.from({ length: 100 }, () => wait('modest'));
    gone.abort();
    const crowded = (ends: string[]) => ends.filter((end) => end === 'crowded').length;
    expect([crowded(await Promise.all(greedy)), crowded(await Promise.all(modest))]).toEqual([200, 0]);
  });
});

describe('a list that waits', () => {
  test('stops waiting when its client leaves', async () => {
    const next = String(await place());
    const client = new AbortController();
    const answer = shop
      .ask('/v2/orders', { headers: { 'Holdfast-Read-After': next }, signal: client.signal })
      .catch(() => 'left');
    await until(async () => (await waitsNow()) === 1);
    const leftAt = performance.now();
    client.abort();
    expect(await answer).toBe('left');
    await until(async () => (await waitsNow()) === 0);
    // The wait itself would last 5 s.
    expect(performance.now() - leftAt).toBeLessThan(4_000);
  });

  test('is answered 503 at once when too many requests of its tenant wait', async () => {
    const refused = readAfter(
      {
        ctx: { req: { socket: {} }, res: new EventEmitter() },
        input: { headers: { 'Holdfast-Read-After': '7' } },
        principal: { partition: 0, tenantId: 'one' },
        services: { readAfter: { look: async () => 'behind', wait: async () => 'crowded' } },
        confirm: () => undefined,
        beginWait: () => async () => {},
      } as unknown as Parameters<typeof readAfter>[0],
      ordersProjection,
    );
    await expect(refused).rejects.toMatchObject({
      code: 'projection_behind',
      headers: { 'Retry-After': '1' },
      message: expect.stringContaining('too many requests of this tenant wait'),
    });
  });
});
