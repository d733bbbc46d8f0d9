/** The Redis of the installation: killed and started again, empty, on the same port. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { Redis } from 'ioredis';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '../../../ops/embedded/free-port.ts';
import { needRedisServer } from '../../../ops/embedded/redis/redis-server.ts';
import { endWithUs } from '../../kit/ending.ts';

export interface TortureRedis {
  port: number;
  start: () => Promise<void>;
  kill: () => Promise<void>;
  /** Removes all keys, with the jobs of BullMQ and the windows of the limiter. */
  flush: () => Promise<void>;
  suspend: () => void;
  resume: () => void;
}

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
    suspend: () => void child?.kill('SIGSTOP'),
    resume: () => void child?.kill('SIGCONT'),
  };
  await started.start();
  return started;
}
