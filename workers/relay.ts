/**
 * The relay: log → deliveries in Postgres → wake-ups. The log is the outbox. The checkpoint of the
 * relay is its lease, as it is for a projection.
 */
import type { Logger } from '../platform/logger.ts';
import { relayFailures, relayLag, webhookEndpointsFailing } from '../platform/metrics.ts';
import { type Follower, follow } from '../store/consumers/follow.ts';
import { progressOf } from '../store/partitions.ts';
import type { DatabasePool } from '../store/pool.ts';
import { isOutage } from '../store/unavailable.ts';
import { findDueEndpoints } from '../store/webhooks/claims.ts';
import { countFailing } from '../store/webhooks/endpoint-health.ts';
import { type RelayBatchBound, WEBHOOKS_CONSUMER, relayBatch } from '../store/webhooks/relay-batch.ts';
import { replayOnce } from '../store/webhooks/replays.ts';
import { FAILING_SECONDS } from '../store/webhooks/status.ts';
import { createRetention, removeOfDeletedEndpoints } from './removal.ts';
import { startStatusGauges } from './status-gauges.ts';
import { startSweeps } from './sweep.ts';
import type { Wakeups } from './wakeups/wakeups.ts';

/**
 * 5,000 deliveries take about 0.2 s: so long another tenant of the partition waits for a batch of
 * events that have 200 endpoints each. Without this bound 500 such events took 4.5 s.
 */
const BATCH: RelayBatchBound = { events: 500, deliveries: 5_000 };
/** After a failure, a batch doubles after so many that passed: each try may cost a time limit. */
const GROWTH_BATCHES_MIN = 10;

export interface RelayOptions {
  pool: DatabasePool;
  queue: Pick<Wakeups, 'wake'>;
  log: Logger;
}

/**
 * Relays one batch of a partition.
 *
 * @returns the number of events that it held, and whether the bound ended it
 */
export async function relayOnce(
  { pool, queue }: Pick<RelayOptions, 'pool' | 'queue'>,
  partition: number,
  bound = BATCH,
): Promise<{ events: number; isFull: boolean }> {
  const { events, is_full, endpoints } = await relayBatch(pool, partition, bound);
  await queue.wake(endpoints);
  return { events, isFull: is_full };
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

/**
 * Relays the events of a partition. A batch that fails, or takes too long, is halved until it holds
 * one event. After ten that passed it doubles.
 */
export function relayFollower(options: RelayOptions, partition: number): Follower {
  const { pool, log } = options;
  /** The batch is the 2ⁿth part of a whole one. */
  let halvings = 0;
  let passed = 0;
  const shareOf = (whole: number) => Math.max(1, Math.floor(whole / 2 ** halvings));
  return {
    partition,
    async step() {
      const bound = { events: shareOf(BATCH.events), deliveries: shareOf(BATCH.deliveries) };
      const { events, isFull } = await relayOnce(options, partition, bound);
      passed = halvings === 0 ? 0 : passed + 1;
      if (passed >= GROWTH_BATCHES_MIN) [halvings, passed] = [halvings - 1, 0];
      // Also after a full batch: while a relay falls behind, all batches are full.
      if (events === 0 || isFull) await measureLag(pool, partition);
      return isFull ? 'full' : events > 0 ? 'some' : 'none';
    },
    async onFailure(error, failures) {
      relayFailures.inc();
      passed = 0;
      log.error({ err: error, partition, failures }, 'relay batch failed');
      await measureLag(pool, partition);
      if (shareOf(BATCH.events) === 1) return undefined;
      halvings += 1;
      // Postgres may be away; or the statement exceeded its time limit.
      return isOutage(error) ? undefined : 'again';
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
