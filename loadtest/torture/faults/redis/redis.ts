/** The Redis of the installation: killed and started again, empty, on the same port. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { Redis } from 'ioredis';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '../../../../ops/embedded/free-port.ts';
import { needRedisServer } from '../../../../ops/embedded/redis/redis-server.ts';
import { endWithUs } from '../../../kit/ending.ts';

export interface TortureRedis {
  port: number;
  start: () => Promise<void>;
  kill: () => Promise<void>;
  /** Removes all keys, with the jobs of BullMQ and the windows of the limiter. */
  flush: () => Promise<void>;
  /** It refuses writes, as a replica does, for a time. */
  refuseWrites: (ms: number) => Promise<void>;
  /** Other data fills its memory for a time: it evicts keys by a policy of Redis. */
  evict: (policy: string, ms: number) => Promise<void>;
  suspend: () => void;
  resume: () => void;
}

/** Keys of another application, which fill the memory. */
const FOREIGN_KEYS_COUNT = 50;
const FOREIGN_BYTES = 10_000;
const FILL_INTERVAL_MS = 20;

export async function runRedis(): Promise<TortureRedis> {
  const program = await needRedisServer();
  const port = await freePort();
  let child: ChildProcess | undefined;

  async function ask<T>(work: (redis: Redis) => Promise<T>): Promise<T | undefined> {
    const redis = new Redis(port, '127.0.0.1', {
      lazyConnect: true,
      retryStrategy: () => null,
      maxRetriesPerRequest: 0,
      commandTimeout: 2_000,
    });
    redis.on('error', () => {});
    return redis
      .connect()
      .then(() => work(redis))
      .catch(() => undefined)
      .finally(() => redis.disconnect());
  }
  const started: TortureRedis = {
    port,
    async start() {
      const settings = ['--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
      child = endWithUs(spawn(program, ['--port', String(port), ...settings], { cwd: '/', stdio: 'ignore' }));
      while ((await ask((redis) => redis.ping())) !== 'PONG') await delay(50);
    },
    async kill() {
      if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    },
    flush: async () => void (await ask((redis) => redis.flushall())),
    async refuseWrites(ms) {
      // Nobody listens there: it keeps its data, and never copies those of a primary.
      await ask((redis) => redis.replicaof('127.0.0.1', 1));
      await delay(ms);
      await ask((redis) => redis.replicaof('NO', 'ONE'));
    },
    async evict(policy, ms) {
      await ask(async (redis) => {
        const info = await redis.info('memory');
        const usedBytes = Number(/^used_memory:(\d+)/m.exec(info)?.[1]);
        await redis.config('SET', 'maxmemory-policy', policy);
        await redis.config('SET', 'maxmemory', usedBytes + FOREIGN_KEYS_COUNT * FOREIGN_BYTES);
        const value = 'x'.repeat(FOREIGN_BYTES);
        const endMs = performance.now() + ms;
        for (let number = 0; performance.now() < endMs; number += 1) {
          await redis.set(`foreign:${number}`, value).catch(() => {}); // refused: nothing to evict
          await delay(FILL_INTERVAL_MS);
        }
      });
      await ask(async (redis) => {
        await redis.config('SET', 'maxmemory', 0);
        await redis.config('SET', 'maxmemory-policy', 'noeviction');
        const foreign = await redis.keys('foreign:*');
        if (foreign.length > 0) await redis.unlink(...foreign);
      });
    },
    suspend: () => void child?.kill('SIGSTOP'),
    resume: () => void child?.kill('SIGCONT'),
  };
  await started.start();
  return started;
}
