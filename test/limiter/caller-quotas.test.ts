/** Quotas of keys and tenants, and the price of replays, through HTTP and gRPC. */
import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, test } from '@jest/globals';
import { findPrincipal, hashApiKey } from '../../store/keys/api-keys.ts';
import { limitKey, limitTenant } from '../../store/keys/key-limits.ts';
import { connect } from '../grpc/client.ts';
import { decidedByRedis } from './decided-by-redis.ts';
import { type Answer, type Shop, anOrder, openShop } from '../setup/shop.ts';

let shop: Shop | undefined;
afterEach(async () => {
  await shop?.close();
  shop = undefined;
});

const keyIdOf = async ({ pool }: Shop, apiKey: string) =>
  (await findPrincipal(pool, hashApiKey(apiKey)))!.keyId;

/** Asks until an answer fits: caches may hold the former quota for 3 of the promised 5 seconds. */
async function until(ask: () => Promise<Answer>, fits: (answer: Answer) => boolean): Promise<Answer> {
  const startedAt = performance.now();
  for (;;) {
    const answer = await ask();
    if (fits(answer)) return answer;
    if (performance.now() - startedAt > 5_000) throw new Error(`no fitting answer: ${answer.text}`);
  }
}

describe.each([
  ['with Redis', {}],
  ['without Redis', { REDIS_URL: '' }],
])('%s', (_name, redis) => {
  const exactly = (run: () => Promise<void>) => () =>
    decidedByRedis(async () => {
      await shop?.close();
      await run();
    });

  test(
    'the quota of a key and that of its tenant bind together, within 5 seconds',
    exactly(async () => {
      shop = await openShop({ ...redis, HOLDFAST_RATE_LIMIT_WRITE: '100000/60' });
      const { ask, pool, tenantId, apiKey } = shop;
      const place = () => ask('/v1/orders', { body: anOrder() });
      expect((await place()).headers.get('ratelimit-policy')).toBe('"write";q=100000;w=60');

      await limitKey(pool, await keyIdOf(shop, apiKey), { write: '90000/60', read: '2/60' });
      const byKey = await until(place, ({ headers }) =>
        /q=90000;/.test(headers.get('ratelimit-policy') ?? ''),
      );
      expect(byKey.status).toBe(201);
      const reads = [];
      for (let n = 0; n < 3; n += 1) reads.push((await ask('/v1/orders')).status);
      expect(reads).toEqual([200, 200, 429]);

      await limitTenant(pool, tenantId, { write: '1/60' });
      const byTenant = await until(place, ({ status }) => status === 429);
      expect(byTenant.headers.get('ratelimit-policy')).toBe('"tenant-write";q=1;w=60');
      expect(byTenant.headers.get('ratelimit')).toMatch(/^"tenant-write";r=0;t=\d+$/);
      expect(byTenant.json.detail).toContain('Quota of the tenant exceeded: 1 requests in 60 seconds.');

      // The quotas of one tenant bind no other.
      const other = await shop.addTenant();
      expect((await ask('/v1/orders', { body: anOrder(), apiKey: other.apiKey })).status).toBe(201);

      await limitTenant(pool, tenantId, { write: null });
      await until(place, ({ status }) => status === 201);
    }),
    120_000,
  );

  test(
    'a replay costs a tenth of a write',
    exactly(async () => {
      shop = await openShop({ ...redis, HOLDFAST_RATE_LIMIT_WRITE: '40/60' });
      const { ask } = shop;
      const orders = Array.from({ length: 30 }, () => ({ key: randomUUID(), body: anOrder() }));
      const place = async (order: (typeof orders)[number]) => {
        const { status, headers } = await ask('/v1/orders', order);
        return [status, headers.get('idempotent-replayed')];
      };
      const first = [];
      for (const order of orders) first.push(await place(order));
      expect(first).toEqual(orders.map(() => [201, null]));
      // 60 honest repeats: 30 orders and a tenth of 60 are 36 of 40.
      for (let round = 0; round < 2; round += 1)
        for (const order of orders) expect(await place(order)).toEqual([201, 'true']);
      // Not free: 40 more repeats cost the last four places, and the next one is refused.
      for (const order of [...orders, ...orders.slice(0, 10)])
        expect(await place(order)).toEqual([201, 'true']);
      expect(await place(orders[0]!)).toEqual([429, null]);
    }),
    120_000,
  );

  test(
    'a replayed item of a batch costs a tenth of a write',
    exactly(async () => {
      shop = await openShop({ ...redis, HOLDFAST_RATE_LIMIT_WRITE: '22/60' });
      const orders = Array.from({ length: 10 }, () => ({ idempotency_key: randomUUID(), order: anOrder() }));
      const statuses = [];
      for (let round = 0; round < 4; round += 1) {
        const { status, json } = await shop.ask('/v1/order-batches', { body: { orders }, key: null });
        statuses.push([status, json.succeeded]);
      }
      // 10 places for the orders, and one for each 10 replays, which need 10 while they run.
      expect(statuses).toEqual([1, 2, 3, 4].map(() => [207, 10]));
    }),
    120_000,
  );
});

test('a stream that waits for its quota goes on within 5 seconds when the quota is raised', async () => {
  shop = await openShop({ REDIS_URL: '', HOLDFAST_RATE_LIMIT_WRITE: '2/86400' });
  const { grpc, pool, apiKey } = shop;
  const client = connect(grpc, apiKey);
  try {
    const stream = client.placeOrders();
    const policies: unknown[] = [];
    stream.on('metadata', (metadata) => policies.push(...metadata.get('ratelimit-policy')));
    let placed = 0;
    const done = Promise.withResolvers<void>();
    const paused = Promise.withResolvers<void>();
    stream.on('data', () => {
      placed += 1;
      if (placed === 2) paused.resolve();
      if (placed === 6) done.resolve();
    });
    stream.on('error', done.reject);
    for (let n = 0; n < 6; n += 1) stream.write({ idempotency_key: randomUUID(), order: anOrder() });
    await paused.promise;
    await limitKey(pool, await keyIdOf(shop, apiKey), { write: '6/86400' });
    const raisedAt = performance.now();
    await done.promise;
    expect(performance.now() - raisedAt).toBeLessThan(5_500);
    expect(policies).toEqual(['"write";q=2;w=86400']);

    stream.end();
  } finally {
    client.close();
  }
}, 30_000);

test('a replay by gRPC costs a tenth of a write', async () => {
  shop = await openShop({ REDIS_URL: '', HOLDFAST_RATE_LIMIT_WRITE: '3/60' });
  const client = connect(shop.grpc, shop.apiKey);
  try {
    const request = { idempotency_key: randomUUID(), order: anOrder() };
    const replayed = [];
    for (let n = 0; n < 20; n += 1) replayed.push((await client.placeOrder(request)).replayed);
    expect(replayed).toEqual([false, ...Array.from({ length: 19 }, () => true)]);
    // One first run and two for twenty replays: the window is full.
    await client.placeOrder(request);
    await expect(client.placeOrder(request)).rejects.toMatchObject({ code: 8 });
  } finally {
    client.close();
  }
}, 30_000);
