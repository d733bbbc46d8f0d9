/**
 * Wake-ups through Redis: a BullMQ queue of endpoints that have a delivery due. BullMQ schedules;
 * Postgres stores what is due. Whatever Redis loses, holds back or refuses, the workers find in
 * Postgres some seconds later (`unserved.ts`).
 */
import { randomUUID } from 'node:crypto';
import { Queue, Worker } from 'bullmq';
import type { Cluster, Redis } from 'ioredis';
import { endsWithin, withDeadline } from '../../platform/deadline.ts';
import type { Logger } from '../../platform/logger.ts';
import { wakeupReceivedAt } from '../metrics.ts';
import { BLOCK_SECONDS_MAX, connectRedis } from '../../platform/redis.ts';
import { startSweeps } from '../sweep.ts';
import { createTurns } from './turns.ts';
import { type Queued, createUnserved } from './unserved.ts';
import type { TenantOf, Wakeups } from './wakeups.ts';

const NAME = 'webhooks';
/** BullMQ gives a job to another worker when its worker does not renew the lock for this long. */
const LOCK_MS = 5_000;
const STALLED_INTERVAL_MS = 5_000;
/** Redis has this long to answer a command of the queue. */
const REDIS_TIMEOUT_MS = 1_000;
/** Pause after a failed wake-up, so that the relay does not wait for Redis at each batch. */
const PAUSE_MS = 1_000;
/**
 * Jobs of one process that run or wait for a turn: all that 50 tenants can have. The turns are
 * shared between tenants, the order of the queue is not. So jobs must not wait in the queue. Beyond
 * this, the sweep finds the endpoints (`unserved.ts`).
 */
const JOBS_HELD_MAX = 10_000;
/** Pause of a worker that lost its connection. */
const WORKER_RETRY_MS = 500;
/** States of a job that no worker can get any more. */
const LOST_STATES = new Set(['unknown', 'completed', 'failed']);
/** The name of a job that only shows that the queue works. Its endpoint does not exist. */
const HEARTBEAT = 'heartbeat';

/** Deletes the keys of a job, unless its endpoint has another job by now. */
const DELETE_JOB = `if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', unpack(KEYS)) end`;

/** Empty when Redis evicted it. */
interface Job {
  endpointId?: string;
}

interface WakeupQueueOptions {
  redisUrl: string;
  /** Separates the databases that share one Redis. */
  instance: string;
  /** Ids of the endpoints that have a delivery due. */
  findDue: () => Promise<readonly string[]>;
  tenantOf: TenantOf;
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
    // The check must not fail: BullMQ repeats it for no connection that breaks meanwhile.
    skipVersionCheck: true,
  });
  queue.on('error', (error) => log.debug({ err: error }, 'wake-up queue error'));
  let pausedUntilMs = Number.NEGATIVE_INFINITY;

  async function add(endpointIds: readonly string[], name = 'deliver'): Promise<void> {
    if (endpointIds.length === 0 || performance.now() < pausedUntilMs) return;
    try {
      const jobs = endpointIds.map((endpointId) => ({
        name,
        data: { endpointId },
        opts: { deduplication: { id: endpointId, keepLastIfActive: true } },
      }));
      await withDeadline(queue.addBulk(jobs), REDIS_TIMEOUT_MS);
    } catch (error) {
      pausedUntilMs = performance.now() + PAUSE_MS;
      // The deliveries stay due: the next sweep wakes the workers.
      log.warn({ err: error }, 'wake-up failed');
    }
  }

  return {
    wake: (endpointIds) => add(endpointIds),
    run: (work) => runWakeups({ ...options, queue, queueConnection: connection, add, work }),
    async close() {
      await closeQueue(queue);
      connection.disconnect();
    },
  };
}

/**
 * What Redis knows of the jobs of endpoints. The own locks do not count: this process knows what it
 * serves, and a Redis that refuses writes keeps the lock of a job that has ended.
 */
function jobsIn(queue: Queue<Job>, connection: Redis | Cluster, workerId: string): Queued {
  const jobIdOf = (endpointId: string) => connection.get(queue.toKey(`de:${endpointId}`));
  /** The lock is the id of the worker, with a suffix. */
  async function hasOtherWorker(endpointId: string): Promise<boolean> {
    const jobId = await jobIdOf(endpointId);
    const lock = jobId === null ? null : await connection.get(queue.toKey(`${jobId}:lock`));
    return lock !== null && !lock.startsWith(workerId);
  }
  return {
    async withOtherWorker(endpointIds) {
      const have = await withDeadline(Promise.all(endpointIds.map(hasOtherWorker)), REDIS_TIMEOUT_MS);
      return endpointIds.filter((_, index) => have[index]);
    },
    async forgetLost(endpointId) {
      const jobId = await withDeadline(jobIdOf(endpointId), REDIS_TIMEOUT_MS);
      if (jobId === null) return;
      const state = await withDeadline(queue.getJobState(jobId), REDIS_TIMEOUT_MS);
      if (!LOST_STATES.has(state)) return;
      const keys = [`de:${endpointId}`, `dn:${endpointId}`, jobId].map((key) => queue.toKey(key));
      await withDeadline(connection.eval(DELETE_JOB, keys.length, ...keys, jobId), REDIS_TIMEOUT_MS);
    },
  };
}

interface RunOptions extends WakeupQueueOptions {
  queue: Queue<Job>;
  queueConnection: Redis | Cluster;
  /** Adds a job of this name for each endpoint. Never rejects. */
  add: (endpointIds: readonly string[], name: string) => Promise<void>;
  work: Parameters<Wakeups['run']>[0];
}

/** While Redis is available, only one worker of all nodes sends to an endpoint at a time. */
function runWakeups(options: RunOptions): ReturnType<Wakeups['run']> {
  const { redisUrl, instance, findDue, tenantOf, queue, queueConnection, add, work, log } = options;
  const connection = connectRedis(redisUrl, { name: 'webhooks', log, patient: true });
  const turns = createTurns({ work, tenantOf, log });
  const worker = new Worker<Job>(
    NAME,
    async ({ name, data: { endpointId } }) => {
      wakeupReceivedAt.setToCurrentTime();
      // The sweep finds the endpoint of a job without data.
      if (name !== HEARTBEAT && endpointId !== undefined) await turns.take(endpointId);
    },
    {
      connection,
      prefix: prefixOf(instance),
      concurrency: JOBS_HELD_MAX,
      lockDuration: LOCK_MS,
      stalledInterval: STALLED_INTERVAL_MS,
      maxStalledCount: 1_000_000,
      drainDelay: BLOCK_SECONDS_MAX,
      // For a job whose options Redis evicted: kept, it would hold back wake-ups of its endpoint.
      removeOnComplete: { count: 0 },
      removeOnFail: { count: 0 },
      runRetryDelay: WORKER_RETRY_MS,
      skipVersionCheck: true,
    },
  );
  worker.on('error', (error) => log.debug({ err: error }, 'wake-up worker error'));
  const queued = jobsIn(queue, queueConnection, worker.id);
  const unserved = createUnserved({ turns, queued, log });
  const sweeps = startSweeps(async () => unserved.serve(await findDue()), log);
  const heartbeatId = randomUUID();
  wakeupReceivedAt.setToCurrentTime();
  const heartbeats = startSweeps(async () => {
    await add([heartbeatId], HEARTBEAT);
    await queued.forgetLost(heartbeatId).catch(() => {});
  }, log);
  return {
    async close() {
      const swept = Promise.all([sweeps.stop(), heartbeats.stop()]);
      await endsWithin(worker.pause(true), REDIS_TIMEOUT_MS).catch(() => {});
      await turns.close();
      await swept;
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
