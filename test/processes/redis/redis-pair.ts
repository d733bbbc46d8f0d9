/** Two Redis servers behind one address, for tests that break them. */
import { readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { needRedisServer } from '../../../ops/embedded/redis/redis-server.ts';
import { startRedis } from '../../../ops/embedded/redis/redis.ts';
import { until } from '../../setup/shop.ts';
import { type MovableAddress, openMovableAddress } from '../../setup/movable-address.ts';

export const PASSWORD = 'of-both-servers';

export interface OneRedis {
  port: number;
  pid: number;
  /** Sends a command over a connection of its own. */
  ask: (...command: [string, ...(string | number)[]]) => Promise<unknown>;
  stop: () => Promise<void>;
}

export interface RedisPair {
  /** Value for REDIS_URL: the address, which leads to the first server. */
  url: string;
  address: MovableAddress;
  servers: [OneRedis, OneRedis];
  /** Kills the first server, and starts another one in its place when called. */
  killFirst: () => Promise<() => Promise<void>>;
  close: () => Promise<void>;
}

export async function openRedisPair(folder: string): Promise<RedisPair> {
  const program = await needRedisServer();
  let count = 0;
  async function start(): Promise<OneRedis> {
    count += 1;
    const dataDir = join(folder, String(count));
    await mkdir(dataDir);
    const { url, stop } = await startRedis(dataDir, program);
    const { port, password } = new URL(url);
    const own = { host: '127.0.0.1', port: Number(port), lazyConnect: true, retryStrategy: () => null };
    async function askAs(secret: string, [name, ...args]: [string, ...(string | number)[]]) {
      const redis = new Redis({ ...own, password: secret });
      redis.on('error', () => {});
      try {
        await redis.connect();
        return await redis.call(name, ...args);
      } finally {
        redis.disconnect();
      }
    }
    await askAs(password, ['CONFIG', 'SET', 'requirepass', PASSWORD, 'masterauth', PASSWORD]);
    return {
      port: Number(port),
      pid: JSON.parse(readFileSync(join(dataDir, 'redis.json'), 'utf8')).pid,
      ask: (...command) => askAs(PASSWORD, command),
      stop: () => stop(),
    };
  }

  const servers: [OneRedis, OneRedis] = [await start(), await start()];
  const address = await openMovableAddress(servers[0].port);
  return {
    url: `redis://:${PASSWORD}@127.0.0.1:${address.port}`,
    address,
    servers,
    async killFirst() {
      const [killed] = servers;
      process.kill(killed.pid, 'SIGKILL');
      await killed.stop();
      return async () => {
        servers[0] = await start();
        address.moveTo(servers[0].port);
      };
    },
    async close() {
      await address.close();
      await Promise.all(servers.map(({ stop }) => stop()));
    },
  };
}

/** Makes the second server a replica of the first one, with all its data. */
export async function replicate([primary, replica]: RedisPair['servers']): Promise<void> {
  await replica.ask('REPLICAOF', '127.0.0.1', primary.port);
  await until(async () => String(await replica.ask('INFO', 'replication')).includes('master_link_status:up'));
}
