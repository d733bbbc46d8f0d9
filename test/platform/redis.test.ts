/** A connection finds the server that takes writes, and stays on no other. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Cluster, Redis } from 'ioredis';
import { pino } from 'pino';
import { createLimiter } from '../../api/limiter/limiter.ts';
import { connectRedis } from '../../platform/redis.ts';
import { type RedisPair, openRedisPair } from '../processes/redis/redis-pair.ts';
import { until } from '../setup/shop.ts';

const log = pino({ level: 'silent' });
let folder: string;
let pair: RedisPair;
const connections: (Redis | Cluster)[] = [];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-redis-'));
  pair = await openRedisPair(folder);
}, 30_000);
afterAll(async () => {
  await pair.close();
  await rm(folder, { recursive: true, force: true });
});
beforeEach(async () => {
  for (const server of pair.servers) await server.ask('REPLICAOF', 'NO', 'ONE');
  pair.address.moveTo(pair.servers[0].port);
});
afterEach(() => {
  for (const connection of connections.splice(0)) connection.disconnect();
});

function open(patient: boolean): Redis {
  const redis = connectRedis(pair.url, { name: 'test', log, patient }) as Redis;
  connections.push(redis);
  return redis;
}
const isReady = (redis: Redis) => until(() => redis.status === 'ready');
const portOf = async (redis: Redis) => Number(/tcp_port:(\d+)/.exec(await redis.info('server'))?.[1]);

describe('after a failover', () => {
  /** The address leads to the second server; the first one follows it. */
  async function failOver() {
    const [first, second] = pair.servers;
    await first.ask('REPLICAOF', '127.0.0.1', second.port);
    pair.address.moveTo(second.port);
  }

  test('a write moves a connection to the primary', async () => {
    const redis = open(false);
    await isReady(redis);
    expect(await portOf(redis)).toBe(pair.servers[0].port);
    await failOver();
    await expect(redis.set('key', 'value')).rejects.toThrow('READONLY');
    await until(async () => (await redis.set('key', 'value').catch(() => undefined)) === 'OK');
    expect(await portOf(redis)).toBe(pair.servers[1].port);
  });

  test('a script within a pipeline does', async () => {
    const redis = open(false);
    await isReady(redis);
    await failOver();
    const script = (keys: number) =>
      redis.pipeline().eval("return redis.call('SET', KEYS[1], 'value')", keys, 'key').exec();
    const [[error] = []] = (await script(1)) ?? [];
    expect(String(error)).toContain('READONLY');
    await until(async () => (await portOf(redis).catch(() => 0)) === pair.servers[1].port);
  });

  test('a blocking command continues on the primary', async () => {
    const redis = open(true);
    const blocked = redis.bzpopmin('queue', 0);
    await until(async () => String(await pair.servers[0].ask('CLIENT', 'LIST')).includes('cmd=bzpopmin'));
    await failOver();
    await blocked.catch(() => {}); // UNBLOCKED
    const again = redis.bzpopmin('queue', 0);
    again.catch(() => {});
    await pair.servers[1].ask('ZADD', 'queue', '1', 'member');
    expect(await again).toEqual(['queue', 'member', '1']);
  });

  test('the limiter decides by Redis again', async () => {
    const limiter = createLimiter({ redis: open(false), log, now: () => performance.now() });
    const policy = { name: 'write' as const, rate: { count: 1_000, seconds: 60 } };
    const isByRedis = async () => (await limiter.take('someone', policy)).source === 'redis';
    await until(isByRedis);
    await failOver();
    await until(async () => !(await isByRedis()));
    await until(isByRedis);
  });
});

test('a connection that finds a replica waits for a primary', async () => {
  const [first, second] = pair.servers;
  await first.ask('REPLICAOF', '127.0.0.1', second.port);
  const redis = open(false);
  let attempts = 0;
  redis.on('close', () => {
    attempts += 1;
  });
  await until(() => attempts >= 2);
  expect(redis.status).not.toBe('ready');
  pair.address.moveTo(second.port);
  await isReady(redis);
  expect(await portOf(redis)).toBe(second.port);
});

test('a connection without an answer is given up', async () => {
  const redis = open(false);
  await isReady(redis);
  pair.address.silence();
  pair.address.moveTo(pair.servers[1].port);
  await expect(redis.get('key')).rejects.toThrow();
  await isReady(redis);
  expect(await portOf(redis)).toBe(pair.servers[1].port);
});

test('a patient connection that may only block is given up too', async () => {
  const redis = open(true);
  await isReady(redis);
  pair.address.silence();
  pair.address.moveTo(pair.servers[1].port);
  const popped = redis.bzpopmin('other', 0);
  popped.catch(() => {});
  await until(async () => String(await pair.servers[1].ask('CLIENT', 'LIST')).includes('cmd=bzpopmin'));
  await pair.servers[1].ask('ZADD', 'other', '1', 'member');
  expect(await popped).toEqual(['other', 'member', '1']);
}, 20_000);
