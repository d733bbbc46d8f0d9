/**
 * Runs roles in a thread of this process: an event loop of their own, so that the deliveries of a
 * busy tenant keep no request waiting. See thread.ts for the other side.
 */
import { setFlagsFromString } from 'node:v8';
import { Worker } from 'node:worker_threads';
import type { Role } from '../platform/config.ts';
import { endsWithin } from '../platform/deadline.ts';
import type { Logger } from '../platform/logger.ts';
import { registry } from '../platform/metrics.ts';
import type { MetricsReport } from '../platform/process-registry.ts';
import { WorkerError } from './explain.ts';

/** Of its young generation: a process with two heaps must not take twice the memory. */
const SEMI_SPACE_MIB_MAX = 16;
const LAST_LINES_MS = 200;

/** What the thread gets at its start. */
export interface ThreadData {
  roles: Role[];
  databaseUrl: string;
  /** Of the installation. */
  schema: string;
  redisUrl: string | undefined;
  /** Its connections to Postgres. */
  databasePool: number;
}

/** From the thread: it serves, it could not start, its metrics, or its roles have stopped. */
export type ThreadMessage =
  | { isServing: true }
  | { failed: string }
  | { metrics: MetricsReport }
  | { hasStopped: true };

export interface RolesThread {
  /**
   * Resolves when the roles serve.
   *
   * @throws {WorkerError} they could not start; the message is the explanation
   */
  serving: Promise<void>;
  /** Resolves when the roles have stopped. A start that is under way ends at once. */
  stop: () => Promise<void>;
}

export function startRolesThread(data: ThreadData, log: Logger): RolesThread {
  // The flag of the command line overrides the limit that a worker can be given.
  setFlagsFromString(`--max-semi-space-size=${SEMI_SPACE_MIB_MAX}`);
  const worker = new Worker(new URL('thread.ts', import.meta.url), { workerData: data });
  let metrics: MetricsReport = [];
  const removeMetrics = registry.addThread(() => metrics);
  const exited = new Promise<void>((resolve) => void worker.once('exit', () => resolve()));
  void exited.then(removeMetrics);
  const served = Promise.withResolvers<void>();
  const stopped = Promise.withResolvers<void>();
  let isServing = false;
  worker.on('message', (message: ThreadMessage) => {
    if ('metrics' in message) ({ metrics } = message);
    else if ('failed' in message) served.reject(new WorkerError(message.failed));
    else if ('hasStopped' in message) stopped.resolve();
    else {
      isServing = true;
      served.resolve();
    }
  });
  worker.once('error', (error) => {
    log.fatal({ err: error }, 'uncaught exception in a thread');
    served.reject(error);
  });
  // As an error of the main thread: the process ends, and its supervisor starts it again.
  const onExit = () => {
    if (isServing) throw new Error('The thread of the roles relay and webhooks has ended');
    served.reject(new WorkerError('A thread ended before it was ready.'));
  };
  worker.once('exit', onExit);
  served.promise.catch(() => {}); // awaited when the other roles have started
  return {
    serving: served.promise,
    async stop() {
      worker.off('exit', onExit);
      if (!isServing) {
        await worker.terminate();
        return;
      }
      worker.postMessage('stop');
      await Promise.race([stopped.promise, exited]);
      // Time for its last lines of the log. Where nobody reads them, it would never end.
      await endsWithin(exited, LAST_LINES_MS);
    },
  };
}
