/**
 * The relay: log → deliveries in Postgres → wake-ups. The log is the outbox. The checkpoint of the
 * relay is its lease, as it is for a projection.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '../platform/logger.ts';
import { relayFailures, relayLag, webhookEndpointsFailing } from './metrics.ts';
import { type Follower, follow } from '../store/consumers/follow.ts';
import { lagOf, progressOf } from '../store/partitions.ts';
import type { DatabasePool } from '../store/pool.ts';
import { isOutage } from '../store/unavailable.ts';
import { findDueEndpoints } from '../store/webhooks/claims.ts';
import { countFailing } from '../store/webhooks/endpoint-health.ts';
import {
  type RelayBatch,
  type RelayBatchBound,
  type RelayShare,
  WEBHOOKS_CONSUMER,
  relayBatch,
} from '../store/webhooks/relay-batch.ts';
import { createBacklogRelay, relayedUpTo } from '../store/webhooks/relay-backlogs.ts';
import { removeRelayedSubscriptions } from '../store/webhooks/removals.ts';
import { createReplayer } from '../store/webhooks/replays.ts';
import { FAILING_SECONDS } from '../store/webhooks/status.ts';
import { createRetention, removeOfDeletedEndpoints } from './removal.ts';
import { startStatusGauges } from './status-gauges.ts';
import { startSweeps } from './sweep.ts';
import type { Wakeups } from './wakeups/wakeups.ts';

/**
 * 1,000 deliveries take about 40 ms: so long another tenant of the partition waits for a batch of
 * events that have 200 endpoints each. Without this bound 500 such events took 4.5 s.
 */
const BATCH = { events: 500, deliveries: 1_000, deliveriesOfTenant: 500 };
/** A step with events that were put off. It holds the lease for about 25 ms. */
const BACKLOG_STEP: RelayBatchBound = { events: 500, deliveries: 500 };
/** A relay that finds its lease held, by a replay or another node, looks again after this time. */
const HELD_PAUSE_MS = 25;
const STEP_PAUSE_MS_MIN = 3 * HELD_PAUSE_MS;
const TURNS_INTERVAL_MS = 250;
/** After a failure, a batch doubles after so many that passed: each try may cost a time limit. */
const GROWTH_BATCHES_MIN = 10;

export interface RelayOptions {
  pool: DatabasePool;
  queue: Pick<Wakeups, 'wake'>;
  log: Logger;
}

/** Relays one batch of a partition. */
async function relayOnce(
  { pool, queue }: RelayOptions,
  partition: number,
  bound: RelayBatchBound & RelayShare,
): Promise<RelayBatch> {
  const batch = await relayBatch(pool, partition, bound);
  await queue.wake(batch.endpoints);
  return batch;
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
  const { pool, log, partitions } = options;
  const following = follow(partitions.map((partition) => relayFollower(options, partition)));
  const wakeups = startSweeps(async () => {
    await sweepOnce(options);
    webhookEndpointsFailing.set(await countFailing(pool, FAILING_SECONDS));
    await removeRelayedSubscriptions(pool);
  }, log);
  // Loops of their own: wake-ups do not wait for them.
  const turns = partitions.map((partition) => startTurns(options, partition));
  const deletions = startSweeps((stopping) => removeOfDeletedEndpoints(pool, stopping), log);
  const retention = startSweeps(createRetention(pool), log);
  const gauges = startStatusGauges(pool, log);
  const loops = [following, wakeups, ...turns, deletions, retention, gauges];
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
      const bound = {
        events: shareOf(BATCH.events),
        deliveries: shareOf(BATCH.deliveries),
        deliveriesOfTenant: shareOf(BATCH.deliveriesOfTenant),
      };
      const { events, is_full, is_held } = await relayOnce(options, partition, bound);
      passed = halvings === 0 ? 0 : passed + 1;
      if (passed >= GROWTH_BATCHES_MIN) [halvings, passed] = [halvings - 1, 0];
      if (is_held) {
        await delay(HELD_PAUSE_MS);
        return 'full';
      }
      // Also after a full batch: while a relay falls behind, all batches are full.
      if (events === 0 || is_full) await measureLag(pool, partition);
      return is_full ? 'full' : events > 0 ? 'some' : 'none';
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
    const { applied, lag } = await progressOf(pool, partition, WEBHOOKS_CONSUMER);
    const relayed = await relayedUpTo(pool, partition);
    const isBehind = relayed !== undefined && relayed < applied;
    relayLag.set({ partition }, isBehind ? await lagOf(pool, partition, relayed) : lag);
  } catch {
    // the next batch fails too, and that is logged
  }
}

/**
 * Relays what was put off, and runs the replays, in turns of the tenants. A step holds the lease of
 * the relay. So a longer pause follows, within which a waiting relay looks again.
 */
function startTurns({ pool, queue, log }: RelayOptions, partition: number): { stop: () => Promise<void> } {
  const relayBacklog = createBacklogRelay(pool, partition, BACKLOG_STEP);
  const replay = createReplayer(pool, partition);
  const steps = [relayBacklog, replay];
  /** The other step goes on meanwhile, and the next tenant has the next turn. */
  const onFailure = (error: unknown): undefined => {
    log.error({ err: error, partition }, 'relay step failed');
  };
  return startSweeps(
    async (signal) => {
      for (let isIdle = false; !isIdle && !signal.aborted;) {
        isIdle = true;
        for (const step of steps) {
          const beganMs = performance.now();
          const endpoints = await step().catch(onFailure);
          if (endpoints === undefined) continue;
          isIdle = false;
          await queue.wake(endpoints);
          const pauseMs = Math.max(STEP_PAUSE_MS_MIN, 2 * (performance.now() - beganMs));
          await delay(pauseMs, undefined, { signal }).catch(() => {});
        }
      }
    },
    log,
    { intervalMs: TURNS_INTERVAL_MS },
  );
}
