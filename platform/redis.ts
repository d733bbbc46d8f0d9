/**
 * Connects to Redis, or to a Redis Cluster through one of its nodes:
 * `redis://HOST:PORT?cluster=on`.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { Cluster, Redis, type RedisOptions } from 'ioredis';
import { endsWithin } from './deadline.ts';
import type { Logger } from './logger.ts';

/** Status of Redis in the welcome and in readiness. `/ops` compares with this text. */
export const WITHOUT_REDIS =
  'none: each process keeps its own quotas and polls Postgres for due webhooks. ' +
  'To share quotas and schedule, set REDIS_URL, or install redis-server or valkey-server.';

const RETRY_DELAY_MS_MIN = 50;
const RETRY_DELAY_MS_MAX = 2_000;
const retryDelayMs = (attempt: number) =>
  Math.min(RETRY_DELAY_MS_MAX, RETRY_DELAY_MS_MIN * 2 ** Math.min(attempt, 10));
const CONNECT_TIMEOUT_MS = 2_000;
const PING_INTERVAL_MS = 20;

export interface ConnectOptions {
  /** Suffix of the name in `CLIENT LIST`. */
  name: string;
  log: Logger;
  /** Whether commands wait while the connection is down. Otherwise they fail at once. */
  patient?: boolean;
}

/** Opens a connection that reconnects until it is disconnected. */
export function connectRedis(url: string, { name, log, patient = false }: ConnectOptions): Redis | Cluster {
  // BullMQ duplicates the connection and does not end the duplicates while Redis is down: they
  // share this.
  let isEnded = false;
  const retry = (attempt: number) => (isEnded ? null : retryDelayMs(attempt));
  const { hostname, port, username, password, protocol, pathname, searchParams } = new URL(url);
  const options: RedisOptions = {
    connectionName: `holdfast-${name}`,
    enableOfflineQueue: patient,
    maxRetriesPerRequest: patient ? null : 0,
    connectTimeout: CONNECT_TIMEOUT_MS,
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
          slotsRefreshTimeout: CONNECT_TIMEOUT_MS,
          // A command to a dead master must fail while its caller still waits.
          retryDelayOnFailover: 100,
          maxRedirections: patient ? 100 : 3,
        })
      : new Redis({ ...options, ...node, db: Number(pathname.slice(1) || 0), retryStrategy: retry });
  const disconnect = redis.disconnect.bind(redis);
  redis.disconnect = (reconnect = false) => {
    if (!reconnect) isEnded = true;
    disconnect(reconnect);
  };
  redis.on('error', (error) => log.debug({ err: error }, 'redis connection failed'));
  return redis;
}

/**
 * Waits until Redis, or each master of a cluster, has answered once, for at most `timeoutMs`. The
 * first command to a master opens its connection, and may have no time for that.
 */
export async function warmUp(redis: Redis | Cluster, timeoutMs: number): Promise<void> {
  let isLate = false;
  const warm = async () => {
    while (!isLate && !(await allAnswer(redis))) await delay(PING_INTERVAL_MS);
  };
  await endsWithin(warm(), timeoutMs);
  isLate = true;
}

async function allAnswer(redis: Redis | Cluster): Promise<boolean> {
  const nodes = redis instanceof Cluster ? redis.nodes('master') : [redis];
  const answers = await Promise.allSettled(nodes.map((node) => node.ping()));
  return answers.length > 0 && answers.every(({ status }) => status === 'fulfilled');
}
