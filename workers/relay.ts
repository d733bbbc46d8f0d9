/**
 * The relay: log → deliveries in Postgres → a wake-up. The log is the outbox; its checkpoint is the
 * lease, as for a projection.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '../platform/logger.ts';
import { relayFailures, relayLag, webhookEndpointsFailing } from '../platform/metrics.ts';
import { follow } from '../store/consumers/follow.ts';
import { progressOf } from '../store/partitions.ts';
import type { DatabasePool } from '../store/pool.ts';
import { WEBHOOKS, countFailing, dueEndpoints, relayBatch, removeOld } from '../store/webhooks/queue.ts';
import { replayOnce } from '../store/webhooks/replays.ts';
import type { Wakeups } from './wakeups.ts';

/** Events a batch at most. */
const BATCH = 500;
/** Milliseconds between two looks for what is due and nobody was woken for: retries, and all that Redis has lost. */
const SWEEP = 1_000;
/**
 * Seconds for which an endpoint has taken nothing when it is counted as failing: one refusal is
 * none.
 */
const FAILING_SECONDS = 30;
/** Sweeps between two looks for what is old. */
const TIDY = 60;

export interface RelayOptions {
  pool: DatabasePool;
  queue: Pick<Wakeups, 'wake'>;
  log: Logger;
}

/** One batch of a partition's log. @returns how many events it held */
export async function relayOnce({ pool, queue }: RelayOptions, partition: number): Promise<number> {
  const { events, endpoints } = await relayBatch(pool, partition, BATCH);
  await queue.wake(endpoints);
  return events;
}

/** Wakes workers for every endpoint that something is due for. @returns how many there are */
export async function sweepOnce({ pool, queue }: RelayOptions): Promise<number> {
  const endpoints = await dueEndpoints(pool);
  await queue.wake(endpoints);
  return endpoints.length;
}

export interface Relay {
  /** Says that a partition has new events. */
  wake: (partition: number) => void;
  stop: () => Promise<void>;
}

export function startRelay(options: RelayOptions & { partitions: readonly number[] }): Relay {
  const { pool, queue, log, partitions } = options;
  const lanes = partitions.map((partition) => ({
    partition,
    async step() {
      const events = await relayOnce(options, partition);
      if (events === 0) {
        const { head, applied } = await progressOf(pool, partition, WEBHOOKS);
        relayLag.set({ partition }, head - applied);
      }
      return events === BATCH ? ('full' as const) : events > 0 ? ('some' as const) : ('none' as const);
    },
    async failed(error: unknown, failures: number) {
      relayFailures.inc();
      log.error({ err: error, partition, failures }, 'relay batch failed; it will be tried again');
      return undefined;
    },
  }));
  const following = follow(lanes);

  const stopping = new AbortController();
  async function sweep(): Promise<void> {
    for (let n = 0; !stopping.signal.aborted; n += 1) {
      try {
        for (const partition of partitions) {
          for (let part = await replayOnce(pool, partition); part !== undefined;) {
            await queue.wake([part]);
            part = stopping.signal.aborted ? undefined : await replayOnce(pool, partition);
          }
        }
        await sweepOnce(options);
        webhookEndpointsFailing.set(await countFailing(pool, FAILING_SECONDS));
        if (n % TIDY === 0) await removeOld(pool);
      } catch (error) {
        log.error({ err: error }, 'a sweep failed; it will be tried again');
      }
      await delay(SWEEP, undefined, { signal: stopping.signal }).catch(() => {});
    }
  }
  const sweeping = sweep();
  return {
    wake: following.wake,
    async stop() {
      stopping.abort();
      await Promise.all([following.stop(), sweeping]);
    },
  };
}
