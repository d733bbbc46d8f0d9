/**
 * The queue of endpoints that have something due, in Redis. It wakes workers up, and knows nothing that Postgres does not know: lose it,
 * and the sweeper fills it again.
 */
import { Queue, Worker } from 'bullmq';
import type { Logger } from '../platform/logger.ts';
import { connectRedis } from '../platform/redis.ts';
import { withDeadline } from '../store/unavailable.ts';
import { ENDPOINTS_AT_ONCE, type Wakeups } from './wakeups.ts';

const NAME = 'webhooks';
/** Milliseconds after which a job whose worker is gone is given to another one. */
const LOCK = 10_000;
const LOOK_FOR_LOST = 5_000;
/** Milliseconds that Redis has to take a wake-up. */
const PATIENCE = 1_000;

interface Job {
  endpointId: string;
}

interface WakeupQueueOptions {
  redisUrl: string;
  /** Keeps the databases apart that share a Redis. */
  instance: string;
  log: Logger;
}

/** With braces: all keys of the queue are in one slot of a cluster. */
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
        await withDeadline(queue.addBulk(jobs), PATIENCE);
      } catch (error) {
        log.warn({ err: error }, 'workers were not woken; the sweeper will do it');
      }
    },
    run: (work) => runWakeups(options, work),
    async close() {
      await closed(queue);
      connection.disconnect();
    },
  };
}

/** One endpoint is worked on by one worker at a time, over all nodes, as long as Redis is there. */
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
        // It is still due, which the sweeper will find.
        .catch((cause: unknown) =>
          log.warn({ err: cause, endpoint: endpointId }, 'sending was cut short; it will be taken up again'),
        )
        .finally(() => running.delete(working));
      running.add(working);
      return working;
    },
    {
      connection,
      prefix: prefixOf(instance),
      concurrency: ENDPOINTS_AT_ONCE,
      lockDuration: LOCK,
      stalledInterval: LOOK_FOR_LOST,
      maxStalledCount: 1_000_000,
    },
  );
  worker.on('error', (error) => log.debug({ err: error }, 'wake-up worker error'));
  return {
    async close() {
      await withDeadline(worker.pause(true), PATIENCE).catch(() => {});
      await Promise.all(running);
      await closed(worker);
      connection.disconnect();
    },
  };
}

/** BullMQ says goodbye to Redis, and would wait for one that is gone. */
const closed = async (one: Queue | Worker): Promise<void> => {
  await withDeadline(one.close(), PATIENCE)
    .catch(() => withDeadline(one.disconnect(), PATIENCE))
    .catch(() => {});
};
