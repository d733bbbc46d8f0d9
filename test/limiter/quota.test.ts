import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, test } from '@jest/globals';
import { needRedisServer } from '../../ops/embedded/redis/redis-server.ts';
import { startRedis } from '../../ops/embedded/redis/redis.ts';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decidedByRedis } from './decided-by-redis.ts';
import { type Shop, anOrder, openShop } from '../setup/shop.ts';

let shop: Shop | undefined;
afterEach(async () => {
  await shop?.close();
  shop = undefined;
});

describe('a quota', () => {
  test('beyond its limit has a Retry-After at which the same request passes', () =>
    decidedByRedis(async () => {
      await shop?.close();
      shop = await openShop({ HOLDFAST_RATE_LIMIT_WRITE: '3/2' });
      const place = (key?: string) => shop!.ask('/v1/orders', { body: anOrder(), ...(key && { key }) });
      for (let n = 0; n < 3; n += 1) expect((await place()).status).toBe(201);
      const refused = await place('patient');
      expect(refused.status).toBe(429);
      expect(refused.json).toMatchObject({ code: 'rate_limited', retry: 'same_key_after' });
      expect(refused.headers.get('ratelimit-policy')).toBe('"write";q=3;w=2');
      const wait = Number(refused.headers.get('retry-after'));
      expect(refused.headers.get('ratelimit')).toBe(`"write";r=0;t=${wait}`);
      expect(wait).toBeGreaterThanOrEqual(1);
      await delay(wait * 1_000);
      expect((await place('patient')).status).toBe(201);
    }));

  test('is separate for reads and writes, and for each key', () =>
    decidedByRedis(async () => {
      await shop?.close();
      shop = await openShop({ HOLDFAST_RATE_LIMIT_WRITE: '1/60', HOLDFAST_RATE_LIMIT_READ: '2/60' });
      const other = await shop.addTenant();
      const statuses = [
        await shop.ask('/v1/orders', { body: anOrder() }),
        await shop.ask('/v1/orders', { body: anOrder() }),
        await shop.ask('/v1/orders'),
        await shop.ask('/v1/orders'),
        await shop.ask('/v1/orders'),
        await shop.ask('/v1/orders', { body: anOrder(), apiKey: other.apiKey }),
      ].map(({ status }) => status);
      expect(statuses).toEqual([201, 429, 200, 200, 429, 201]);
    }));

  test('of a caller without a valid key counts by address, for all paths', () =>
    decidedByRedis(async () => {
      await shop?.close();
      // An unusual window length, which no other test at the same address uses.
      shop = await openShop({ HOLDFAST_RATE_LIMIT_UNAUTHENTICATED: '3/59' });
      const statuses = [
        await shop.ask('/v1/orders', { apiKey: 'hf_test_unknown0000000000000000000000' }),
        await shop.ask('/v1/nothing', { apiKey: null }),
        await shop.ask('/v1/orders', { apiKey: null }),
        await shop.ask('/v1/orders', { apiKey: null }),
        await shop.ask('/openapi/v1.json', { apiKey: null }),
        await shop.ask('/v1/orders'),
      ].map(({ status }) => status);
      expect(statuses.slice(-3)).toEqual([429, 429, 200]);
    }));
});

describe('without Redis', () => {
  test('orders are placed under the same quota, and Redis is used again when it answers', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'holdfast-limiter-'));
    const redis = await startRedis(dataDir, await needRedisServer());
    const pid = (
      JSON.parse(await (await import('node:fs/promises')).readFile(join(dataDir, 'redis.json'), 'utf8')) as {
        pid: number;
      }
    ).pid;
    shop = await openShop({ REDIS_URL: redis.url, HOLDFAST_RATE_LIMIT_WRITE: '5/60' });
    const place = async () => {
      const started = performance.now();
      const { status, headers } = await shop!.ask('/v1/orders', { body: anOrder() });
      return { status, remaining: headers.get('ratelimit'), ms: performance.now() - started };
    };
    expect(await place()).toMatchObject({ status: 201, remaining: '"write";r=4;t=60' });

    process.kill(pid, 'SIGSTOP'); // stops answering
    const first = await place();
    expect(first).toMatchObject({ status: 201, remaining: '"write";r=4;t=60' });
    expect(first.ms).toBeLessThan(1_000);
    process.kill(pid, 'SIGCONT');
    await delay(1_100); // the pause after a Redis timeout
    const back = await place();
    expect(back.status).toBe(201);
    expect(back.remaining).toMatch(/r=[0-3];/);

    await redis.stop(); // an outage
    const statuses = [];
    for (let n = 0; n < 5; n += 1) statuses.push((await place()).status);
    expect(statuses).toEqual([201, 201, 201, 201, 429]); // one of the five in memory was used above
    await rm(dataDir, { recursive: true, force: true });
  }, 30_000);
});
