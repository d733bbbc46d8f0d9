/**
 * Wake-ups through Redis: a BullMQ queue of endpoints that have a delivery due. BullMQ schedules;
 * Postgres stores what is due. When Redis loses the queue, the sweep fills it again.
 */
import { Queue, Worker } from 'bullmq';
import { endsWithin, withDeadline } from '../platform/deadline.ts';
import type { Logger } from '../platform/logger.ts';
import { connectRedis } from '../platform/redis.ts';
import { ENDPOINTS_AT_ONCE_MAX, type Wakeups } from './wakeups.ts';

const NAME = 'webhooks';
/** BullMQ gives a job to another worker when its worker does not renew the lock for this long. */
const LOCK_MS = 10_000;
const STALLED_INTERVAL_MS = 5_000;
/** Redis has this long to answer a command of the queue. */
const REDIS_TIMEOUT_MS = 1_000;

interface Job {
  endpointId: string;
}

interface WakeupQueueOptions {
  redisUrl: string;
  /** Separates the databases that share one Redis. */
  instance: string;
  log: Logger;
}

/** The braces put all keys of the queue into one slot of a cluster. */
const prefixOf = (instance: string) => `{holdfast-${instance}}`;

export function openWakeupQueue(options: WakeupQueueOptions): Wakeups {
  const { redisUrl, instance, log } = options;
  const connection = connectRedis(redisUrl, { name: 'wakeups', log });
  const queue = new Queue<Job>(NAME, {
    connection,
    prefix: prefixOf(instance),
    defaultJobOptions: { removeOnComplete: true, removeOnFail: true },
  });
  queue.on('error', (error) => log.debug({ err: error }, 'wake-up queue error'));
  return {
    async wake(endpointIds) {
      if (endpointIds.length === 0) return;
      try {
        const jobs = endpointIds.map((endpointId) => ({
          name: 'deliver',
          data: { endpointId },
          opts: { deduplication: { id: endpointId, keepLastIfActive: true } },
        }));
        await withDeadline(queue.addBulk(jobs), REDIS_TIMEOUT_MS);
      } catch (error) {
        // The deliveries stay due: the next sweep wakes the workers.
        log.warn({ err: error }, 'wake-up failed');
      }
    },
    run: (work) => runWakeups(options, work),
    async close() {
      await closeQueue(queue);
      connection.disconnect();
    },
  };
}

/** While Redis is available, only one worker of all nodes sends to an endpoint at a time. */
function runWakeups(
  { redisUrl, instance, log }: WakeupQueueOptions,
  work: Parameters<Wakeups['run']>[0],
): ReturnType<Wakeups['run']> {
  const connection = connectRedis(redisUrl, { name: 'webhooks', log, patient: true });
  const running = new Set<Promise<void>>();
  const worker = new Worker<Job>(
    NAME,
    ({ data: { endpointId } }) => {
      const working = work(endpointId)
        // Its deliveries stay due: the next sweep finds them.
        .catch((cause: unknown) => log.warn({ err: cause, endpoint: endpointId }, 'webhook sending failed'))
        .finally(() => running.delete(working));
      running.add(working);
      return working;
    },
    {
      connection,
      prefix: prefixOf(instance),
      concurrency: ENDPOINTS_AT_ONCE_MAX,
      lockDuration: LOCK_MS,
      stalledInterval: STALLED_INTERVAL_MS,
      maxStalledCount: 1_000_000,
    },
  );
  worker.on('error', (error) => log.debug({ err: error }, 'wake-up worker error'));
  return {
    async close() {
      await endsWithin(worker.pause(true), REDIS_TIMEOUT_MS).catch(() => {});
      await Promise.all(running);
      await closeQueue(worker);
      connection.disconnect();
    },
  };
}

/** `close` waits for an answer of Redis; when none comes, cut the connection. */
const closeQueue = async (queue: Queue | Worker): Promise<void> => {
  await withDeadline(queue.close(), REDIS_TIMEOUT_MS)
    .catch(() => withDeadline(queue.disconnect(), REDIS_TIMEOUT_MS))
    .catch(() => {});
};
