/**
 * Several API processes on one machine and one port (HOLDFAST_WORKERS). The first worker has every role, the others serve the API only.
 * The primary process serves nothing itself: it keeps the workers going and answers the admin port.
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
import { startNode } from './node.ts';
import { createShutdown, endWithinMs } from '../platform/shutdown.ts';

/** Pause before a worker that died is replaced, in ms: one that dies at once must not make a busy loop. */
const RESPAWN_PAUSE = 1_000;

/** A worker that has not ended so many ms before the primary must is killed. */
const CUT_MS = 1_200;

/** What a worker is told when it starts. */
interface Assignment {
  databaseUrl: string;
  redisUrl: string | undefined;
  /** Whether it has all roles of the configuration, or serves the API only. */
  first: boolean;
}

/** What a worker tells when it has started, or could not. */
type Report = Ports | { failed: string };
/** What a worker without the API has none of is left out. */
type Ports = { ports: { port?: number | undefined; grpcPort?: number | undefined } };

/** What a worker tells once a second: who called it. */
type Told = { callers: CallsByKey };
const TELL = 1_000;

export interface Workers {
  port: number | undefined;
  grpcPort: number | undefined;
  /** Who called any of them in the last seconds. */
  callers: () => CallsByKey;
  /** How many workers serve. */
  serving: () => number;
  stop: () => Promise<void>;
}

/** @throws {WorkerError} with the message of the first worker that could not start */
export async function startWorkers(
  config: Config,
  { databaseUrl, redisUrl, log }: { databaseUrl: string; redisUrl: string | undefined; log: Logger },
): Promise<Workers> {
  const live = new Set<Worker>();
  const told = new Map<Worker, CallsByKey>();
  const stopping = new AbortController();

  async function start(first: boolean): Promise<Ports['ports']> {
    const worker = cluster.fork();
    const assignment: Assignment = { databaseUrl, redisUrl, first };
    worker.send(assignment);
    const report = await Promise.race([
      message(worker, (m): m is Report => 'ports' in m || 'failed' in m),
      once(worker, 'exit').then((): Report => ({ failed: 'A worker ended before it was ready.' })),
    ]);
    if ('failed' in report) throw new WorkerError(report.failed);
    live.add(worker);
    worker.on('message', (m: object) => {
      if ('callers' in m) told.set(worker, (m as Told).callers);
    });
    worker.once('exit', (code, signal) => {
      live.delete(worker);
      told.delete(worker);
      if (!stopping.signal.aborted) void replace(first, { code, signal });
    });
    return report.ports;
  }

  async function replace(first: boolean, ended: { code: number; signal: string }): Promise<void> {
    log.error({ ...ended }, 'a worker ended; another one takes its place');
    while (!stopping.signal.aborted) {
      await delay(RESPAWN_PAUSE);
      try {
        await start(first);
        return;
      } catch (error) {
        log.error({ err: error }, 'the new worker could not start');
      }
    }
  }

  // The first one settles the port that the others share.
  const ports = await start(true);
  for (let n = 1; n < config.workers; n += 1) await start(false);
  return {
    port: ports.port,
    grpcPort: ports.grpcPort,
    callers: () => addUp([...told.values()]),
    serving: () => live.size,
    async stop() {
      stopping.abort();
      // Those too that have not started yet.
      await Promise.all(
        Object.values(cluster.workers ?? {}).map(async (worker) => {
          if (worker === undefined || worker.isDead()) return;
          const gone = once(worker, 'exit');
          worker.process.kill('SIGTERM');
          const cut = setTimeout(
            () => worker.process.kill('SIGKILL'),
            endWithinMs(config.drainSeconds) - CUT_MS,
          );
          await gone;
          clearTimeout(cut);
        }),
      );
    },
  };
}

/** A worker process, from its assignment to its end. */
export async function runWorker(config: Config, log: Logger): Promise<void> {
  const report = (text: Report) => process.send?.(text);
  // The terminal's signals reach every process; the primary says when to stop. When it is gone,
  // Node ends its workers.
  process.on('SIGINT', () => {}).on('SIGHUP', () => {});
  const shutdown = createShutdown({
    drainSeconds: config.drainSeconds,
    log,
    exit: () => process.exit(0),
    signals: ['SIGTERM'],
  });
  // oxlint-disable-next-line no-new -- its constructor listens for the primary that gathers the metrics
  new AggregatorRegistry();
  AggregatorRegistry.setRegistries(registry);
  const { databaseUrl, redisUrl, first } = await message(process, (m): m is Assignment => 'databaseUrl' in m);
  const roles = first ? config.roles : new Set(['api' as const]);
  try {
    const starting = startNode({ config, roles, databaseUrl, redisUrl, log });
    shutdown.started(starting);
    const node = await starting;
    shutdown.add('node', node.stop);
    const telling = setInterval(() => process.send?.({ callers: node.callers() } satisfies Told), TELL);
    shutdown.add('telling', async () => clearInterval(telling));
    report({ ports: { port: node.port, grpcPort: node.grpcPort } });
  } catch (error) {
    report({ failed: explain(error, config.databaseUrl) });
    process.exit(1);
  }
}

/** The next message of a certain kind; the metrics' own messages travel on the same channel. */
async function message<M extends object>(from: EventEmitter, isWanted: (m: object) => m is M): Promise<M> {
  for await (const [received] of on(from, 'message') as AsyncIterable<[object]>) {
    if (isWanted(received)) return received;
  }
  throw new Error('The channel was closed');
}
