/** Runs roles in this process: starts them, wires them to the log, stops them in order. */
import { renderEvent } from '../api/render-event.ts';
import type { CallsByKey } from '../api/overview/callers.ts';
import { type ApiOptions, type RunningApi, startApi } from '../api/start.ts';
import type { Config, Role } from '../platform/config.ts';
import type { Logger } from '../platform/logger.ts';
import { watchPool } from '../platform/metrics.ts';
import { forgetKinds } from '../projections/event-kinds.ts';
import { startAuditor } from '../projections/rebuild/auditor.ts';
import { startRecovery } from '../projections/rebuild/recovery.ts';
import { PROJECTIONS } from '../projections/registry.ts';
import { startProjector } from '../projections/runner.ts';
import { endsWithin } from '../platform/deadline.ts';
import { requestGraceMs } from '../platform/shutdown.ts';
import { instanceSecret } from '../store/secrets/instance-secrets.ts';
import { type Keyring, createKeyring } from '../store/secrets/keyring.ts';
import {
  type DurabilityGuard,
  createDurabilityGuard,
  watchDurability,
} from '../store/durability/durability-guard.ts';
import { listPartitions } from '../store/partitions.ts';
import { type DatabasePool, openPool } from '../store/pool.ts';
import { startPrimaryLease } from '../store/durability/primary-lease.ts';
import { startEpochWatch } from '../store/log/epoch-watch.ts';
import { type Tail, createTail } from '../store/log/tail.ts';
import { findDueEndpoints } from '../store/webhooks/claims.ts';
import { createEndpointTenants } from '../store/webhooks/endpoint-tenants.ts';
import { listenForWakeups } from '../store/consumers/wakeups.ts';
import { startTracing } from '../platform/tracing.ts';
import { startRelay } from '../workers/relay.ts';
import { openLocalWakeups } from '../workers/wakeups/local-wakeups.ts';
import { openWakeupQueue } from '../workers/wakeups/wakeup-queue.ts';
import { startWebhooks } from '../workers/webhooks.ts';

export interface NodeOptions {
  config: Config;
  roles: ReadonlySet<Role>;
  databaseUrl: string;
  /** `undefined`: this process keeps its own quotas and wake-ups. */
  redisUrl: string | undefined;
  log: Logger;
  /** Aborts when the drain begins, before `stop`: gRPC health is then NOT_SERVING. */
  draining?: AbortSignal;
  /** Milliseconds since 1970. */
  clock?: () => number;
  /** For load tests only. */
  replaceGuards?: ApiOptions['replaceGuards'];
}

export interface RunningNode {
  /** Port of the REST API; `undefined` without the role `api`. */
  port: number | undefined;
  /** Port of the gRPC service; `undefined` if it is not served. */
  grpcPort: number | undefined;
  /** The callers of the last ten seconds. */
  callers: () => CallsByKey;
  /** Drains requests and batches, then closes every connection. */
  stop: () => Promise<void>;
}

type Stop = () => Promise<void>;

/** The groups stop one after another; the parts of a group stop together. */
interface Stops {
  /** Requests and deliveries: clients wait for them, so they get the drain time. */
  work: Stop[];
  /** Consumers of the log: another node can resume them at their checkpoint. */
  followers: Stop[];
  /** Connections that the followers use. */
  connections: Stop[];
  database: Stop[];
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

/** Starts the roles. If one cannot start, stops the others and rejects. */
export async function startNode(options: NodeOptions): Promise<RunningNode> {
  const { config, roles, databaseUrl, log } = options;
  const durability = createDurabilityGuard(config.durability, log);
  const { pool, close } = await openWatchedPool({ ...options, durability }, config.databasePool);
  const stops: Stops = { work: [], followers: [], connections: [], database: [close] };
  const keyring = createKeyring(config.secretsKeys);
  const node: Node = { ...options, pool, durability, keyring, stops, wakers: [] };
  if (config.traces !== undefined) stops.connections.push(await startTracing(config.traces, log));
  const watch = watchDurability(pool, durability);
  stops.connections.push(async () => watch.stop());
  const stop = () => stopAll(stops, requestGraceMs(config), log);
  try {
    const partitions = await listPartitions(pool);
    // Before anything reads or appends: a position must not be assigned twice.
    const epochs = await startEpochWatch({ pool, log, onNewEpoch: () => forgetKinds(pool) });
    stops.followers.push(epochs.stop);
    if (roles.has('projector')) startProjections(node, partitions);
    if (roles.has('relay') || roles.has('webhooks')) await startWebhookRoles(node, partitions);
    const tail = createTail(pool, log);
    const api = roles.has('api') ? await startApiRole(node, partitions, tail) : undefined;
    if (api) {
      stops.work.push(api.stop);
      node.wakers.push(tail.wake);
    }
    const wakeAll = (partition: number) => node.wakers.forEach((wake) => wake(partition));
    if (node.wakers.length > 0) stops.followers.push(listenForWakeups(databaseUrl, log, wakeAll).close);
    return { port: api?.port, grpcPort: api?.grpcPort, callers: () => api?.callers.recent() ?? {}, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

interface Node extends NodeOptions {
  pool: DatabasePool;
  durability: DurabilityGuard;
  keyring: Keyring;
  stops: Stops;
  /** Called with the partition of each append. */
  wakers: ((partition: number) => void)[];
}

async function openWatchedPool(
  { config, databaseUrl, durability, log }: NodeOptions & Pick<Node, 'durability'>,
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

type Partitions = Awaited<ReturnType<typeof listPartitions>>;

async function startApiRole(node: Node, partitions: Partitions, tail: Tail): Promise<RunningApi> {
  const { config, databaseUrl, durability, log, stops, clock = Date.now } = node;
  // Each partition has one append at a time; one more runs while Postgres still works on an append
  // whose deadline passed. Reads that wait for an answer never keep an append waiting.
  const size = Math.min(config.databasePool, partitions.length + 1);
  const { pool: appendPool, close } = await openWatchedPool(node, size);
  stops.database.push(close);
  const primary = startPrimaryLease({ databaseUrl, guard: durability, log });
  stops.connections.push(primary.stop);
  return startApi({ ...node, appendPool, primary, tail, clock });
}

function startProjections({ config, pool, stops, wakers, log }: Node, partitions: Partitions): void {
  const projector = startProjector({ pool, projections: PROJECTIONS, partitions, log });
  const { databaseBytesMax } = config;
  const auditor = startAuditor({ pool, projections: PROJECTIONS, log, databaseBytesMax });
  const recovery = startRecovery({ pool, projections: PROJECTIONS, log, databaseBytesMax });
  stops.followers.push(projector.stop, auditor.stop, recovery.stop);
  wakers.push(projector.wake);
}

async function startWebhookRoles(node: Node, partitions: Partitions): Promise<void> {
  const { config, roles, redisUrl, pool, keyring, stops, wakers, log } = node;
  const instance = (await instanceSecret(pool, keyring, 'queue')).toString('hex').slice(0, 16);
  const findDue = () => findDueEndpoints(pool);
  const tenantOf = createEndpointTenants(pool);
  const wakeups =
    redisUrl === undefined
      ? openLocalWakeups({ findDue, tenantOf, log })
      : openWakeupQueue({ redisUrl, instance, findDue, tenantOf, log });
  stops.connections.push(wakeups.close);
  if (roles.has('relay')) {
    const relay = startRelay({ pool, queue: wakeups, partitions, log });
    stops.followers.push(relay.stop);
    wakers.push(relay.wake);
  }
  if (roles.has('webhooks')) {
    const { allowLoopback } = config.webhooks;
    const graceMs = requestGraceMs(config);
    if (allowLoopback) log.warn('HOLDFAST_WEBHOOK_LOOPBACK on: webhooks to loopback and without TLS');
    const options = { pool, keyring, wakeups, allowLoopback, graceMs, log };
    const poolSize = config.databasePool;
    stops.work.push(startWebhooks({ ...options, poolSize, render: renderEvent }).stop);
  }
}
