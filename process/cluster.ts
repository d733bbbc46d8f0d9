/**
 * Several API processes that share one port (HOLDFAST_WORKERS). The first worker has all configured
 * roles, the others have the API only. The primary replaces dead workers and serves the admin port.
 */
import cluster, { type Worker } from 'node:cluster';
import { type EventEmitter, on, once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { AggregatorRegistry } from 'prom-client';
import { type CallsByKey, addUp } from '../api/overview/callers.ts';
import type { Config } from '../platform/config.ts';
import type { Logger } from '../platform/logger.ts';
import { WorkerError, explain } from './explain.ts';
import { registry } from '../platform/metrics.ts';
import { schemaOf, useSchema } from '../store/schema/names.ts';
import { startNode } from './node.ts';
import { startRolesThread } from './roles-thread.ts';
import { createShutdown, endWithinMs } from '../platform/shutdown.ts';

/** Pause before a replacement: a worker that dies at once must not cause a busy loop. */
const RESPAWN_PAUSE_MS = 1_000;
/** The primary kills a worker that still runs this long before the primary itself must end. */
const KILL_MARGIN_MS = 1_200;
const CALLERS_INTERVAL_MS = 1_000;

/**
 * The first message from a worker: it listens. Node before 24 drops a message that arrives while
 * the worker still loads its modules.
 */
type Listening = { isListening: true };

/** The first message from the primary to a worker. */
interface Assignment {
  databaseUrl: string;
  schema: string;
  redisUrl: string | undefined;
  /** Whether the worker has all configured roles, or the API only. */
  isFirst: boolean;
}

/** The second message from a worker to the primary: its ports, or why it could not start. */
type Report = Ports | { failed: string };
/** A worker without the API has no ports. */
type Ports = { ports: { port?: number | undefined; grpcPort?: number | undefined } };
/** A worker sends its callers every {@link CALLERS_INTERVAL_MS}. */
type CallersReport = { callers: CallsByKey };
/** The primary announces the drain. SIGTERM follows after the delay. */
type Draining = { isDraining: true };

export interface Workers {
  port: number | undefined;
  grpcPort: number | undefined;
  /** The callers of all workers over the last ten seconds. */
  callers: () => CallsByKey;
  /** Count of live workers. */
  serving: () => number;
  stop: () => Promise<void>;
}

export interface WorkersOptions {
  databaseUrl: string;
  redisUrl: string | undefined;
  /** Aborts when the drain begins; the workers learn it. */
  draining: AbortSignal;
  log: Logger;
}

/** @throws {WorkerError} a worker could not start; the message is its explanation */
export async function startWorkers(
  config: Config,
  { databaseUrl, redisUrl, draining, log }: WorkersOptions,
): Promise<Workers> {
  const live = new Set<Worker>();
  const callersByWorker = new Map<Worker, CallsByKey>();
  const stopping = new AbortController();

  async function start(isFirst: boolean): Promise<Ports['ports']> {
    const worker = cluster.fork();
    // A message to a worker that has just died; its exit follows.
    worker.on('error', (error) => log.debug({ err: error }, 'worker channel error'));
    const exited = once(worker, 'exit').then((): Report => ({
      failed: 'A worker exited before it was ready.',
    }));
    const reported = message(worker, (m): m is Report => 'ports' in m || 'failed' in m);
    await Promise.race([message(worker, (m): m is Listening => 'isListening' in m), exited]);
    const assignment: Assignment = { databaseUrl, schema: schemaOf('live'), redisUrl, isFirst };
    if (worker.isConnected()) worker.send(assignment);
    const report = await Promise.race([reported, exited]);
    if ('failed' in report) throw new WorkerError(report.failed);
    live.add(worker);
    worker.on('message', (m: object) => {
      if ('callers' in m) callersByWorker.set(worker, (m as CallersReport).callers);
    });
    worker.once('exit', (code, signal) => {
      live.delete(worker);
      callersByWorker.delete(worker);
      if (!stopping.signal.aborted) void replace(isFirst, { code, signal });
    });
    return report.ports;
  }

  async function replace(isFirst: boolean, exit: { code: number; signal: string }): Promise<void> {
    log.error({ ...exit }, 'worker exited, replacing it');
    while (!stopping.signal.aborted) {
      await delay(RESPAWN_PAUSE_MS);
      try {
        await start(isFirst);
        return;
      } catch (error) {
        log.error({ err: error }, 'worker start failed');
      }
    }
  }

  draining.addEventListener('abort', () => {
    for (const worker of live) worker.send({ isDraining: true } satisfies Draining, () => {});
  });
  // The first worker opens the port that the others share.
  const ports = await start(true);
  for (let n = 1; n < config.workers; n += 1) await start(false);
  return {
    port: ports.port,
    grpcPort: ports.grpcPort,
    callers: () => addUp([...callersByWorker.values()]),
    serving: () => live.size,
    async stop() {
      stopping.abort();
      const graceMs = endWithinMs(config.drainSeconds - config.drainDelaySeconds) - KILL_MARGIN_MS;
      // cluster.workers also has workers that are still starting.
      await Promise.all(Object.values(cluster.workers ?? {}).map((worker) => stopWorker(worker, graceMs)));
    },
  };
}

async function stopWorker(worker: Worker | undefined, graceMs: number): Promise<void> {
  if (worker === undefined || worker.isDead()) return;
  const exited = once(worker, 'exit');
  worker.process.kill('SIGTERM');
  const kill = setTimeout(() => worker.process.kill('SIGKILL'), graceMs);
  await exited;
  clearTimeout(kill);
}

/** Runs a worker process: waits for the assignment, starts the node, reports to the primary. */
export async function runWorker(config: Config, log: Logger): Promise<void> {
  const report = (text: Report) => process.send?.(text);
  // A terminal signals every process, but the primary decides when a worker stops. If the primary
  // dies, Node ends its workers.
  process.on('SIGINT', () => {}).on('SIGHUP', () => {});
  const shutdown = createShutdown({
    // The primary has waited before it sends SIGTERM.
    drainSeconds: config.drainSeconds - config.drainDelaySeconds,
    drainDelaySeconds: 0,
    log,
    exit: () => process.exit(0),
    signals: ['SIGTERM'],
  });
  // oxlint-disable-next-line no-new -- the constructor answers the primary's requests for metrics
  new AggregatorRegistry();
  AggregatorRegistry.setRegistries(registry);
  const assigned = message(process, (m): m is Assignment => 'databaseUrl' in m);
  process.send?.({ isListening: true } satisfies Listening);
  const { databaseUrl, schema, redisUrl, isFirst } = await assigned;
  useSchema(schema);
  const roles = isFirst ? config.roles : new Set(['api' as const]);
  try {
    const draining = new AbortController();
    process.on('message', (m: object) => 'isDraining' in m && draining.abort());
    const starting = startNode({
      config,
      roles,
      databaseUrl,
      redisUrl,
      draining: draining.signal,
      startThread: startRolesThread,
      log,
    });
    shutdown.started(starting);
    const node = await starting;
    shutdown.add('node', node.stop);
    const sendCallers = () => process.send?.({ callers: node.callers() } satisfies CallersReport);
    const timer = setInterval(sendCallers, CALLERS_INTERVAL_MS);
    shutdown.add('callers', async () => clearInterval(timer));
    report({ ports: { port: node.port, grpcPort: node.grpcPort } });
  } catch (error) {
    report({ failed: explain(error, config) });
    process.exit(1);
  }
}

/** Waits for a message of one type. The metrics use the same channel. */
async function message<M extends object>(from: EventEmitter, isWanted: (m: object) => m is M): Promise<M> {
  for await (const [received] of on(from, 'message') as AsyncIterable<[object]>) {
    if (isWanted(received)) return received;
  }
  throw new Error('The channel to the primary was closed');
}
