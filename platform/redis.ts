/**
 * Connects to Redis, or to a Redis Cluster through one of its nodes:
 * `redis://HOST:PORT?cluster=on`.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { Cluster, Redis, type RedisOptions } from 'ioredis';
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
 * Waits until Redis, or each master of a cluster, answers a PING. A cluster connects to a master at
 * its first command, which may have no time for that.
 *
 * @param timeoutMs resolves after this time without an answer
 */
export async function warmUp(redis: Redis | Cluster, timeoutMs: number): Promise<void> {
  const late = delay(timeoutMs, 'late' as const, { ref: false });
  for (;;) {
    const nodes = redis instanceof Cluster ? redis.nodes('master') : [redis];
    const answers = await Promise.race([late, Promise.allSettled(nodes.map((node) => node.ping()))]);
    if (answers === 'late' || (answers.length > 0 && answers.every(({ status }) => status === 'fulfilled')))
      return;
    await delay(PING_INTERVAL_MS);
  }
}
