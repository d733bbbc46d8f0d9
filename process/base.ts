/** What each thread with roles has: a pool, the epoch and the durability of the log, its stops. */
import type { Config } from '../platform/config.ts';
import { endsWithin } from '../platform/deadline.ts';
import type { Logger } from '../platform/logger.ts';
import { watchPool } from '../platform/metrics.ts';
import { requestGraceMs } from '../platform/shutdown.ts';
import { startTracing } from '../platform/tracing.ts';
import { forgetKinds } from '../projections/event-kinds.ts';
import { noteDirectAddress } from '../store/connections/direct-address.ts';
import { listenForWakeups } from '../store/consumers/wakeups.ts';
import {
  type DurabilityGuard,
  createDurabilityGuard,
  watchDurability,
} from '../store/durability/durability-guard.ts';
import { startEpochWatch } from '../store/log/epoch-watch.ts';
import { listPartitions } from '../store/partitions.ts';
import { type PersonalData, createPersonalData } from '../store/personal/personal-data.ts';
import { watchErasures } from '../store/personal/watch-erasures.ts';
import { type DatabasePool, openPool } from '../store/pool.ts';
import { type Keyring, createKeyring } from '../store/secrets/keyring.ts';

export interface BaseOptions {
  config: Config;
  databaseUrl: string;
  /** `undefined`: this process keeps its own quotas and wake-ups. */
  redisUrl: string | undefined;
  /** Of the process, if it has one; else the base makes its own. */
  durability?: DurabilityGuard | undefined;
  log: Logger;
}

type Stop = () => Promise<void>;

/** The groups stop one after another; the parts of a group stop together. */
export interface Stops {
  /** Requests and deliveries: clients wait for them, so they get the drain time. */
  work: Stop[];
  /** Consumers of the log: another node can resume them at their checkpoint. */
  followers: Stop[];
  /** Connections that the followers use. */
  connections: Stop[];
  database: Stop[];
}

export interface Base extends BaseOptions {
  pool: DatabasePool;
  partitions: Awaited<ReturnType<typeof listPartitions>>;
  durability: DurabilityGuard;
  keyring: Keyring;
  personal: PersonalData;
  stops: Stops;
  /** Called with the partition of each append. */
  wakers: ((partition: number) => void)[];
}

/** Time for a part to stop. A part that waits for an unreachable Postgres or Redis is abandoned. */
const STOP_TIMEOUT_MS = 1_000;

async function stopAll(stops: Stops, graceMs: number, log: Logger): Promise<void> {
  for (const [group, parts] of Object.entries(stops) as [keyof Stops, Stop[]][]) {
    const ms = group === 'work' ? graceMs + STOP_TIMEOUT_MS : STOP_TIMEOUT_MS;
    const failed = (error: unknown) => log.warn({ err: error, group }, 'stop failed');
    const ended = await Promise.all(parts.map((stop) => endsWithin(stop().catch(failed), ms)));
    if (ended.includes(false)) log.warn({ group }, 'stop timed out');
  }
}

/**
 * Starts roles on a new base.
 *
 * @param startRoles registers what it starts in `stops` and `wakers`
 * @returns what it returned, and stops everything. If it rejects, what was started is stopped
 */
export async function startOnBase<T>(
  options: BaseOptions,
  startRoles: (base: Base) => Promise<T>,
): Promise<{ started: T; stop: Stop }> {
  const { config, databaseUrl, log } = options;
  if (config.databaseDirectUrl !== undefined) noteDirectAddress(databaseUrl, config.databaseDirectUrl);
  const { durability = createDurabilityGuard(config.durability, log) } = options;
  const { pool, close } = await openWatchedPool({ ...options, durability }, config.databasePool);
  const stops: Stops = { work: [], followers: [], connections: [], database: [close] };
  if (config.traces !== undefined) stops.connections.push(await startTracing(config.traces, log));
  const watch = watchDurability(pool, durability);
  stops.connections.push(async () => watch.stop());
  const stop = () => stopAll(stops, requestGraceMs(config), log);
  try {
    const partitions = await listPartitions(pool);
    // Before anything reads or appends: a position must not be assigned twice.
    const epochs = await startEpochWatch({ pool, log, onNewEpoch: () => forgetKinds(pool) });
    stops.followers.push(epochs.stop);
    const keyring = createKeyring(config.secretsKeys);
    const personal = createPersonalData(pool, createKeyring(config.personalKeys, 'personal'));
    stops.followers.push(watchErasures(personal).stop);
    const wakers: Base['wakers'] = [];
    const started = await startRoles({
      ...options,
      pool,
      partitions,
      durability,
      keyring,
      personal,
      stops,
      wakers,
    });
    const wakeAll = (partition: number) => wakers.forEach((wake) => wake(partition));
    if (wakers.length > 0) stops.followers.push(listenForWakeups(databaseUrl, log, wakeAll).close);
    return { started, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

export async function openWatchedPool(
  { config, databaseUrl, durability, log }: BaseOptions & Pick<Base, 'durability'>,
  size: number,
) {
  const pool = await openPool({
    databaseUrl,
    size,
    log,
    durability,
    checkRows: config.contractJudge,
  });
  const unwatch = watchPool(() => {
    const { acquiredConnections, idleConnections, waitingClients } = pool.state();
    return { in_use: acquiredConnections, idle: idleConnections, waiting: waitingClients };
  });
  const close = async () => {
    unwatch();
    await pool.end();
  };
  return { pool, close };
}
