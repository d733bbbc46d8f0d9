/**
 * Connects to Redis: to a server, to a Redis Cluster through one of its nodes, or to the primary
 * that Sentinels name. A connection never stays on a server that refuses writes: it reconnects, and
 * so finds the primary after a failover.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { Cluster, Redis, type RedisOptions } from 'ioredis';
import standalone from 'ioredis/built/connectors/StandaloneConnector.js';
import { endsWithin } from './deadline.ts';
import type { Logger } from './logger.ts';
import { type RedisAddress, parseRedisAddress } from './settings/redis-address.ts';

/** Status of Redis in the welcome and in readiness. `/ops` compares with this text. */
export const WITHOUT_REDIS =
  'none: each process keeps its own quotas and polls Postgres for due webhooks. ' +
  'To share quotas and schedule, set REDIS_URL, or install redis-server or valkey-server.';

const RETRY_DELAY_MS_MIN = 50;
const RETRY_DELAY_MS_MAX = 2_000;
const retryDelayMs = (attempt: number) =>
  Math.min(RETRY_DELAY_MS_MAX, RETRY_DELAY_MS_MIN * 2 ** Math.min(attempt, 10));
/** A server that refuses writes again within {@link REFUSALS_MS_MAX} gets a longer pause. */
const REFUSED_DELAY_MS = 1_000;
const REFUSALS_MS_MAX = 5_000;
const CONNECT_TIMEOUT_MS = 2_000;
const PING_INTERVAL_MS = 20;
/** A server that loads its data is asked again after this time: its address may move meanwhile. */
const LOADING_RETRY_MS_MAX = 1_000;
/**
 * A connection without an answer for this time is destroyed: the machine behind it may be gone
 * without a word. A patient connection blocks for {@link BLOCK_SECONDS_MAX}.
 */
const SILENCE_MS_MAX = 2_000;
/** The longest blocking command of a patient connection. */
export const BLOCK_SECONDS_MAX = 2;

/**
 * Codes of answers by which a server refuses writes: a replica, or a primary that became one, that
 * loads, that is full, or that lost its replicas. Scripts report them within their own error.
 */
const REFUSES_WRITES =
  /\b(?:READONLY|UNBLOCKED|MASTERDOWN|LOADING|NOREPLICAS|OOM|MISCONF|BUSY|UNKILLABLE|CLUSTERDOWN)\b/;

/**
 * Reconnects to a server that is a replica. Without it, a connection that was opened after a
 * failover, and only blocks, would wait for ever.
 */
class PrimaryConnector extends standalone.default {
  // oxlint-disable-next-line typescript/no-useless-constructor -- ioredis declares `unknown`
  constructor(options: unknown) {
    super(options as ConstructorParameters<typeof standalone.default>[0]);
  }

  override check({ role }: { role?: string }): boolean {
    return role !== 'slave';
  }
}

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
  const refusals = createRefusals();
  const retry = (attempt: number) => (isEnded ? null : Math.max(retryDelayMs(attempt), refusals.delayMs()));
  const address = parseRedisAddress(url);
  const options: RedisOptions = {
    connectionName: `holdfast-${name}`,
    enableOfflineQueue: patient,
    maxRetriesPerRequest: patient ? null : 0,
    connectTimeout: CONNECT_TIMEOUT_MS,
    socketTimeout: patient ? BLOCK_SECONDS_MAX * 1_000 + SILENCE_MS_MAX : SILENCE_MS_MAX,
    maxLoadingRetryTime: LOADING_RETRY_MS_MAX,
    username: address.username,
    password: address.password,
    ...(address.hasTls && { tls: {} }),
  };
  const redis =
    address.kind === 'cluster'
      ? new Cluster(address.nodes, {
          redisOptions: options,
          enableOfflineQueue: patient,
          clusterRetryStrategy: retry,
          slotsRefreshTimeout: CONNECT_TIMEOUT_MS,
          // A command to a dead master must fail while its caller still waits.
          retryDelayOnFailover: 100,
          maxRedirections: patient ? 100 : 3,
        })
      : new Redis({
          ...options,
          ...placeOf(address),
          db: address.database,
          retryStrategy: retry,
          sentinelRetryStrategy: retry,
          reconnectOnError: ({ message }) => REFUSES_WRITES.test(message) && refusals.note(),
        });
  const disconnect = redis.disconnect.bind(redis);
  redis.disconnect = (reconnect = false) => {
    if (!reconnect) isEnded = true;
    disconnect(reconnect);
  };
  redis.on('error', (error) => log.debug({ err: error }, 'redis connection failed'));
  return redis;
}

/** The refused writes of a connection. A server may stay full for hours. */
function createRefusals() {
  let refusedAtMs = Number.NEGATIVE_INFINITY;
  let areRepeated = false;
  const isRecent = () => performance.now() - refusedAtMs < REFUSALS_MS_MAX;
  return {
    note(): true {
      areRepeated = isRecent();
      refusedAtMs = performance.now();
      return true;
    },
    delayMs: () => (areRepeated && isRecent() ? REFUSED_DELAY_MS : 0),
  };
}

function placeOf({ kind, nodes, primary, sentinelPassword, hasTls }: RedisAddress): RedisOptions {
  if (kind !== 'sentinel') return { ...nodes[0], Connector: PrimaryConnector };
  return {
    sentinels: nodes,
    name: primary,
    sentinelPassword,
    sentinelCommandTimeout: CONNECT_TIMEOUT_MS,
    ...(hasTls && { enableTLSForSentinelMode: true, sentinelTLS: {} }),
  };
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
