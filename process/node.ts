/** Runs roles in this process: starts them, wires them to the log, stops them in order. */
import type { CallsByKey } from '../api/overview/callers.ts';
import { type ApiOptions, type RunningApi, startApi } from '../api/start.ts';
import type { Role } from '../platform/config.ts';
import type { Logger } from '../platform/logger.ts';
import { startAuditor } from '../projections/rebuild/auditor.ts';
import { startRecovery } from '../projections/rebuild/recovery.ts';
import { PROJECTIONS } from '../projections/registry.ts';
import { startProjector } from '../projections/runner.ts';
import { directAddressOf } from '../store/connections/direct-address.ts';
import { type Replicas, createReplicas } from '../store/connections/replicas.ts';
import { type PrimaryLease, startPrimaryLease } from '../store/durability/primary-lease.ts';
import { startCheckpointWriter } from '../store/integrity/tree/checkpoint-writer.ts';
import { createTail } from '../store/log/tail.ts';
import { type DatabasePool, openPool } from '../store/pool.ts';
import { schemaOf } from '../store/schema/names.ts';
import { type Base, type BaseOptions, openWatchedPool, startOnBase } from './base.ts';
import { appendPoolOf, threadPoolOf } from './connections.ts';
import type { RolesThread, ThreadData } from './roles-thread.ts';
import { startWebhookRoles } from './webhook-roles.ts';

export interface NodeOptions extends BaseOptions {
  roles: ReadonlySet<Role>;
  /** Aborts when the drain begins, before `stop`: gRPC health is then NOT_SERVING. */
  draining?: AbortSignal;
  /** Milliseconds since 1970. */
  clock?: () => number;
  /** Runs `relay` and `webhooks` beside the API, instead of in its event loop. */
  startThread?: ((data: ThreadData, log: Logger) => RolesThread) | undefined;
  /** Of the process, if it has one; else the API starts its own. */
  primary?: PrimaryLease | undefined;
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

const WEBHOOK_ROLES = ['relay', 'webhooks'] as const;

/** Starts the roles. If one cannot start, stops the others and rejects. */
export async function startNode(options: NodeOptions): Promise<RunningNode> {
  const { roles, startThread } = options;
  const webhookRoles = WEBHOOK_ROLES.filter((role) => roles.has(role));
  const { started: api, stop } = await startOnBase(options, async (base) => {
    if (roles.has('projector')) startProjections(base);
    const inThread = startThread !== undefined && roles.has('api') && webhookRoles.length > 0;
    const thread = inThread ? startInThread(base, startThread, webhookRoles) : undefined;
    if (!inThread && webhookRoles.length > 0) await startWebhookRoles(base, webhookRoles);
    const running = roles.has('api') ? await startApiRole(base, options) : undefined;
    await thread?.serving;
    return running;
  });
  return { port: api?.port, grpcPort: api?.grpcPort, callers: () => api?.callers.recent() ?? {}, stop };
}

/** Its modules load while the API starts. */
function startInThread(
  { config, databaseUrl, redisUrl, stops, log }: Base,
  startThread: NonNullable<NodeOptions['startThread']>,
  roles: Role[],
): RolesThread {
  const databasePool = threadPoolOf(config);
  const thread = startThread({ roles, databaseUrl, schema: schemaOf('live'), redisUrl, databasePool }, log);
  stops.work.push(thread.stop);
  return thread;
}

async function startApiRole(
  base: Base,
  { draining, clock = Date.now, primary = ownLease(base), replaceGuards }: NodeOptions,
): Promise<RunningApi> {
  const { config, pool, partitions, log, stops, wakers } = base;
  // Reads that wait for an answer never keep an append waiting.
  const size = appendPoolOf(config, partitions.length);
  const { pool: appendPool, close } = await openWatchedPool(
    { ...base, databaseUrl: directAddressOf(base.databaseUrl) },
    size,
  );
  stops.database.push(close);
  const replicas = await openReplicas(base);
  const tail = createTail(pool, log);
  const guards = { replaceGuards, primary };
  const api = await startApi({ ...base, ...guards, draining, clock, appendPool, replicas, tail });
  stops.work.push(api.stop);
  wakers.push(tail.wake);
  return api;
}

/** Without the guard of the durability: it refuses a standby. */
async function openReplicas({ config, pool, stops, log }: Base): Promise<Replicas> {
  const size = config.databasePool;
  const pools: DatabasePool[] = [];
  for (const databaseUrl of config.replicaUrls) {
    const opened = await openPool({ databaseUrl, size, sizeMin: 0, log, checkRows: config.contractJudge });
    pools.push(opened);
    stops.database.push(() => opened.end());
  }
  const replicas = createReplicas({ primary: pool, pools, size, log });
  stops.followers.push(replicas.stop);
  return replicas;
}

function ownLease({ databaseUrl, durability, stops, log }: Base): PrimaryLease {
  const lease = startPrimaryLease({ databaseUrl, guard: durability, log });
  stops.connections.push(lease.stop);
  return lease;
}

function startProjections({ config, pool, partitions, keyring, stops, wakers, log }: Base): void {
  const projector = startProjector({ pool, projections: PROJECTIONS, partitions, log });
  const { databaseBytesMax } = config;
  const auditor = startAuditor({ pool, projections: PROJECTIONS, log, databaseBytesMax });
  const recovery = startRecovery({ pool, projections: PROJECTIONS, log, databaseBytesMax });
  const checkpoints = startCheckpointWriter({ pool, keyring, log });
  stops.followers.push(projector.stop, auditor.stop, recovery.stop, checkpoints.stop);
  wakers.push(projector.wake);
}
