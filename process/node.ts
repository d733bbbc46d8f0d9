/** One process that does work: the roles that it is given, and the order in which they start and stop. */
import { renderEvent } from '../api/render-event.ts';
import type { CallsByKey } from '../api/overview/callers.ts';
import { startApi } from '../api/start.ts';
import type { Config, Role } from '../platform/config.ts';
import type { Logger } from '../platform/logger.ts';
import { watchPool } from '../platform/metrics.ts';
import { startAuditor } from '../projections/auditor.ts';
import { PROJECTIONS } from '../projections/registry.ts';
import { startProjector } from '../projections/runner.ts';
import { endsWithin } from '../platform/deadline.ts';
import { requestGraceMs } from '../platform/shutdown.ts';
import { instanceSecret } from '../store/instance-secrets.ts';
import { listPartitions } from '../store/partitions.ts';
import { openPool } from '../store/pool.ts';
import { createTail } from '../store/log/tail.ts';
import { findDueEndpoints } from '../store/webhooks/claims.ts';
import { WEBHOOKS_CONSUMER } from '../store/webhooks/relay-batch.ts';
import { listenForWakeups } from '../store/consumers/wakeups.ts';
import { startTracing } from '../platform/tracing.ts';
import { startRelay } from '../workers/relay.ts';
import { openLocalWakeups } from '../workers/local-wakeups.ts';
import { openWakeupQueue } from '../workers/wakeup-queue.ts';
import { startWebhooks } from '../workers/webhooks.ts';

/** Everything that reads the log behind a checkpoint of its own. */
export const CONSUMERS: readonly string[] = [...PROJECTIONS.map(({ name }) => name), WEBHOOKS_CONSUMER];

export interface NodeOptions {
  config: Config;
  roles: ReadonlySet<Role>;
  databaseUrl: string;
  /** Without it, quotas and wake-ups are this process's own. */
  redisUrl: string | undefined;
  log: Logger;
  /** Milliseconds since 1970. */
  clock?: () => number;
}

export interface RunningNode {
  /** The API's port, if the process has that role. */
  port: number | undefined;
  /** The internal service's, if it is served. */
  grpcPort: number | undefined;
  /** Who called in the last seconds. */
  callers: () => CallsByKey;
  /** Finishes requests and batches, and closes every connection. */
  stop: () => Promise<void>;
}

type Stop = () => Promise<void>;

/** What is stopped, in this order; what stands together is stopped together. */
interface Stops {
  /** What clients and receivers wait for: it has the drain time. */
  work: Stop[];
  /** What reads the log behind the work, and can go on with it elsewhere at any time. */
  followers: Stop[];
  /** What those speak through. */
  lines: Stop[];
  database: Stop[];
}

/**
 * What is asked to stop and waits for a Postgres or a Redis that does not answer is left to the end
 * of the process, after so many ms.
 */
const STOP_MS = 1_000;

async function stopAll(stops: Stops, graceMs: number, log: Logger): Promise<void> {
  for (const [group, parts] of Object.entries(stops) as [keyof Stops, Stop[]][]) {
    const ms = group === 'work' ? graceMs + STOP_MS : STOP_MS;
    const failed = (error: unknown) => log.warn({ err: error, group }, 'stop failed');
    const ended = await Promise.all(parts.map((stop) => endsWithin(stop().catch(failed), ms)));
    if (ended.includes(false)) log.warn({ group }, 'stop timed out');
  }
}

export async function startNode({
  config,
  roles,
  databaseUrl,
  redisUrl,
  log,
  clock = Date.now,
}: NodeOptions): Promise<RunningNode> {
  const pool = await openPool({
    databaseUrl,
    size: config.databasePool,
    log,
    checkRows: config.contractJudge,
  });
  const unwatch = watchPool(() => {
    const { acquiredConnections, idleConnections, waitingClients } = pool.state();
    return { in_use: acquiredConnections, idle: idleConnections, waiting: waitingClients };
  });
  const wake: ((partition: number) => void)[] = [];
  const stops: Stops = {
    work: [],
    followers: [],
    lines: [],
    database: [() => pool.end(), async () => unwatch()],
  };
  if (config.traces !== undefined) stops.lines.push(await startTracing(config.traces, log));
  const stop = () => stopAll(stops, requestGraceMs(config.drainSeconds), log);
  try {
    const partitions = await listPartitions(pool);
    if (roles.has('projector')) {
      const projector = startProjector({
        pool,
        projections: PROJECTIONS,
        partitions,
        log,
      });
      stops.followers.push(projector.stop, startAuditor({ pool, projections: PROJECTIONS, log }).stop);
      wake.push(projector.wake);
    }
    if (roles.has('relay') || roles.has('webhooks')) {
      const instance = (await instanceSecret(pool, 'queue')).toString('hex').slice(0, 16);
      const wakeups =
        redisUrl === undefined
          ? openLocalWakeups({ findDue: () => findDueEndpoints(pool), log })
          : openWakeupQueue({ redisUrl, instance, log });
      stops.lines.push(wakeups.close);
      if (roles.has('relay')) {
        const relay = startRelay({ pool, queue: wakeups, partitions, log });
        stops.followers.push(relay.stop);
        wake.push(relay.wake);
      }
      if (roles.has('webhooks')) {
        const { allowLoopback } = config.webhooks;
        const graceMs = requestGraceMs(config.drainSeconds);
        if (allowLoopback)
          log.warn('HOLDFAST_WEBHOOK_LOOPBACK is on: webhooks may go to this machine, and without TLS');
        stops.work.push(
          startWebhooks({ pool, wakeups, allowLoopback, render: renderEvent, graceMs, log }).stop,
        );
      }
    }
    const tail = createTail(pool, log);
    const api = roles.has('api') ? await startApi({ config, pool, redisUrl, tail, log, clock }) : undefined;
    if (api) {
      stops.work.push(api.stop);
      wake.push(tail.wake);
    }
    const onWakeup = (partition: number) => wake.forEach((tell) => tell(partition));
    if (wake.length > 0) stops.followers.push(listenForWakeups(databaseUrl, log, onWakeup).close);
    return { port: api?.port, grpcPort: api?.grpcPort, callers: () => api?.callers.recent() ?? {}, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
