/** Connections to Redis, or to a Redis Cluster: `redis://HOST:PORT?cluster=on` names one of its nodes. */
import { setTimeout as delay } from 'node:timers/promises';
import { Cluster, Redis, type RedisOptions } from 'ioredis';
import { endsWithin } from './deadline.ts';
import type { Logger } from './logger.ts';

/** What the start and readiness say where there is no Redis; `/ops` knows it by this text. */
export const WITHOUT_REDIS =
  'none: each process keeps its own quotas and finds due webhooks by itself. With one (REDIS_URL, or redis-server or valkey-server on the PATH), all processes share both.';

/** Longest pause between two attempts to connect, in ms. */
const MAX_BACKOFF = 2_000;
const backOff = (attempt: number) => Math.min(MAX_BACKOFF, 50 * 2 ** Math.min(attempt, 10));

export interface ConnectOptions {
  /** Shown by `CLIENT LIST`. */
  name: string;
  log: Logger;
  /** Whether commands wait, for as long as it takes, for a connection that is down. Otherwise they fail at once. */
  patient?: boolean;
}

/** A connection that comes back by itself, however long that takes. */
export function connectRedis(url: string, { name, log, patient = false }: ConnectOptions): Redis | Cluster {
  // Also ends the attempts of its duplicates, which BullMQ makes and, when Redis is gone, does not end.
  let ended = false;
  const retry = (attempt: number) => (ended ? null : backOff(attempt));
  const { hostname, port, username, password, protocol, pathname, searchParams } = new URL(url);
  const options: RedisOptions = {
    connectionName: `holdfast-${name}`,
    enableOfflineQueue: patient,
    maxRetriesPerRequest: patient ? null : 0,
    connectTimeout: 2_000,
    ...(username && { username: decodeURIComponent(username) }),
    ...(password && { password: decodeURIComponent(password) }),
    ...(protocol === 'rediss:' && { tls: {} }),
  };
  const host = hostname.replace(/^\[(.*)\]$/, '$1') || '127.0.0.1';
  const node = { host, port: Number(port || 6_379) };
  const redis =
    searchParams.get('cluster') === 'on'
      ? new Cluster([node], {
          redisOptions: options,
          enableOfflineQueue: patient,
          clusterRetryStrategy: retry,
          slotsRefreshTimeout: 2_000,
          // What hangs on a master that is gone must fail while its caller still waits.
          retryDelayOnFailover: 100,
          maxRedirections: patient ? 100 : 3,
        })
      : new Redis({ ...options, ...node, db: Number(pathname.slice(1) || 0), retryStrategy: retry });
  const disconnect = redis.disconnect.bind(redis);
  redis.disconnect = (reconnect = false) => {
    if (!reconnect) ended = true;
    disconnect(reconnect);
  };
  redis.on('error', (error) => log.debug({ err: error }, 'Redis connection error'));
  return redis;
}

/**
 * Waits until Redis, or each master of a cluster, has answered once, for at most `timeoutMs`. The
 * first command to a master opens its connection, and may have no time for that.
 */
export async function warmUp(redis: Redis | Cluster, timeoutMs: number): Promise<void> {
  let isLate = false;
  const warm = async () => {
    while (!isLate && !(await allAnswer(redis))) await delay(20);
  };
  await endsWithin(warm(), timeoutMs);
  isLate = true;
}

async function allAnswer(redis: Redis | Cluster): Promise<boolean> {
  const nodes = redis instanceof Cluster ? redis.nodes('master') : [redis];
  const answers = await Promise.allSettled(nodes.map((node) => node.ping()));
  return answers.length > 0 && answers.every(({ status }) => status === 'fulfilled');
}
