/**
 * The relay: log → deliveries in Postgres → wake-ups. The log is the outbox. The checkpoint of the
 * relay is its lease, as it is for a projection.
 */
import type { Logger } from '../platform/logger.ts';
import { relayFailures, relayLag, webhookEndpointsFailing } from '../platform/metrics.ts';
import { type Follower, follow } from '../store/consumers/follow.ts';
import { progressOf } from '../store/partitions.ts';
import type { DatabasePool } from '../store/pool.ts';
import { findDueEndpoints } from '../store/webhooks/claims.ts';
import { countFailing } from '../store/webhooks/endpoint-health.ts';
import { WEBHOOKS_CONSUMER, relayBatch } from '../store/webhooks/relay-batch.ts';
import { replayOnce } from '../store/webhooks/replays.ts';
import { FAILING_SECONDS } from '../store/webhooks/status.ts';
import { createRetention, removeOfDeletedEndpoints } from './removal.ts';
import { startStatusGauges } from './status-gauges.ts';
import { startSweeps } from './sweep.ts';
import type { Wakeups } from './wakeups/wakeups.ts';

const BATCH_EVENTS_MAX = 500;

export interface RelayOptions {
  pool: DatabasePool;
  queue: Pick<Wakeups, 'wake'>;
  log: Logger;
}

/** Relays one batch of a partition. @returns the number of events that it held */
export async function relayOnce({ pool, queue }: RelayOptions, partition: number): Promise<number> {
  const { events, endpoints } = await relayBatch(pool, partition, BATCH_EVENTS_MAX);
  await queue.wake(endpoints);
  return events;
}

/** Wakes workers for each endpoint that has a delivery due. @returns the number of endpoints */
export async function sweepOnce({ pool, queue }: RelayOptions): Promise<number> {
  const endpoints = await findDueEndpoints(pool);
  await queue.wake(endpoints);
  return endpoints.length;
}

export interface Relay {
  /** Call when a partition has new events. */
  wake: (partition: number) => void;
  stop: () => Promise<void>;
}

export function startRelay(options: RelayOptions & { partitions: readonly number[] }): Relay {
  const { pool, queue, log, partitions } = options;
  const following = follow(partitions.map((partition) => relayFollower(options, partition)));
  const wakeups = startSweeps(async (stopping) => {
    for (const partition of partitions) await replayAll({ pool, queue }, partition, stopping);
    await sweepOnce(options);
    webhookEndpointsFailing.set(await countFailing(pool, FAILING_SECONDS));
  }, log);
  // Loops of their own: wake-ups do not wait for them.
  const deletions = startSweeps((stopping) => removeOfDeletedEndpoints(pool, stopping), log);
  const retention = startSweeps(createRetention(pool), log);
  const gauges = startStatusGauges(pool, log);
  const loops = [following, wakeups, deletions, retention, gauges];
  return {
    wake: following.wake,
    async stop() {
      await Promise.all(loops.map((loop) => loop.stop()));
    },
  };
}

function relayFollower(options: RelayOptions, partition: number): Follower {
  const { pool, log } = options;
  return {
    partition,
    async step() {
      const events = await relayOnce(options, partition);
      // Also after a full batch: while a relay falls behind, all batches are full.
      if (events === 0 || events === BATCH_EVENTS_MAX) await measureLag(pool, partition);
      return events === BATCH_EVENTS_MAX ? 'full' : events > 0 ? 'some' : 'none';
    },
    async onFailure(error, failures) {
      relayFailures.inc();
      log.error({ err: error, partition, failures }, 'relay batch failed');
      await measureLag(pool, partition);
      return undefined;
    },
  };
}

/** Sets the lag of a partition, or leaves it as it is when Postgres does not answer. */
async function measureLag(pool: DatabasePool, partition: number): Promise<void> {
  try {
    const { head, applied } = await progressOf(pool, partition, WEBHOOKS_CONSUMER);
    relayLag.set({ partition }, head - applied);
  } catch {
    // the next batch fails too, and that is logged
  }
}

/** Runs the replays of a partition, batch by batch, until all have finished. */
async function replayAll(
  { pool, queue }: Pick<RelayOptions, 'pool' | 'queue'>,
  partition: number,
  stopping: AbortSignal,
): Promise<void> {
  let endpointId = await replayOnce(pool, partition);
  while (endpointId !== undefined) {
    await queue.wake([endpointId]);
    endpointId = stopping.aborted ? undefined : await replayOnce(pool, partition);
  }
}
