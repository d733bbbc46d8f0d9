/**
 * Runs a projection behind the log.
 *
 * The checkpoint row is the lease: any node may run any batch, whoever holds the row's lock runs this one, and
 * a node that dies lets go of it with its connection. There is no leader to elect and none to lose.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { DatabasePool } from 'slonik';
import { z } from 'zod';
import type { Logger } from '../logger.ts';
import { projectionFailures, projectionLag, projectionPosition, projectionStopped } from '../metrics.ts';
import { progressOf } from '../store/partitions.ts';
import { statement } from '../store/statement.ts';
import { isOutage } from '../store/unavailable.ts';
import { clearFault, recordFault } from './faults.ts';
import { type Projection, eventsOf, nextRow } from './projection.ts';

const readNextEvents = statement('read-next-events', nextRow);
const moveCheckpoint = statement('move-checkpoint', z.object({}));

/** Events a batch at most; what bounds the memory and the length of the transaction. */
const BATCH = 500;
/** Pause after a batch that was not full, in ms: under load it makes few large batches of many small ones. */
const PAUSE = 50;
/** Longest sleep without news of an append, in ms: the safety net under the notifications. */
const POLL = 250;
/** Longest pause between failures, in ms. */
const MAX_BACKOFF = 5_000;

/**
 * Applies one batch.
 *
 * @returns how many events it held; 0 when there is nothing to do or another node is at it
 */
export function runOnce(
  pool: DatabasePool,
  projection: Projection,
  partition: number,
  { limit = BATCH }: { limit?: number } = {},
): Promise<number> {
  return pool.transaction(async (transaction) => {
    const rows = await transaction.any(readNextEvents(partition, projection.name, limit));
    const last = rows.at(-1);
    if (last === undefined) return 0;
    await projection.apply(transaction, partition, eventsOf(rows));
    await transaction.query(moveCheckpoint(partition, projection.name, last.position));
    projectionPosition.set({ projection: projection.name, partition }, last.position);
    return rows.length;
  });
}

export interface ProjectorOptions {
  pool: DatabasePool;
  projections: readonly Projection[];
  partitions: readonly number[];
  log: Logger;
}

export interface Projector {
  /** Says that a partition has new events. */
  wake: (partition: number) => void;
  /** Ends after the batch that is running. */
  stop: () => Promise<void>;
}

/** Runs every projection of every partition side by side until it is stopped. */
export function startProjector({ pool, projections, partitions, log }: ProjectorOptions): Projector {
  const stopping = new AbortController();
  const lanes = partitions.flatMap((partition) =>
    projections.map((projection) => ({ partition, projection, wake: () => {}, awake: false })),
  );

  async function run(lane: (typeof lanes)[number]): Promise<void> {
    const { partition, projection } = lane;
    let failures = 0;
    let limit = BATCH;
    let stopped = true; // a fault of an earlier process is cleared by the first batch that succeeds
    while (!stopping.signal.aborted) {
      lane.awake = false;
      try {
        const applied = await runOnce(pool, projection, partition, { limit });
        failures = 0;
        if (applied > 0 && stopped) {
          await clearFault(pool, { projection: projection.name, partition });
          projectionStopped.set({ projection: projection.name, partition }, 0);
          stopped = false;
        }
        if (applied === limit) {
          limit = Math.min(BATCH, limit * 2);
          continue;
        }
        if (applied === 0) await observeLag(projection, partition);
        else await pause(PAUSE);
      } catch (error) {
        failures += 1;
        projectionFailures.inc({ projection: projection.name });
        log.error(
          { err: error, projection: projection.name, partition, failures },
          'projection batch failed; it will be tried again',
        );
        if (!isOutage(error)) {
          // Half the batch, and half again: all in front of the event that cannot be applied is applied.
          if (limit > 1) {
            limit = Math.floor(limit / 2);
            continue;
          }
          stopped = true;
          projectionStopped.set({ projection: projection.name, partition }, 1);
          await recordFault(pool, { projection: projection.name, partition, error: String(error) }).catch(
            () => {},
          );
        }
        await pause(Math.min(MAX_BACKOFF, 100 * 2 ** Math.min(failures, 10)));
        continue;
      }
      if (!lane.awake) await sleep(lane);
    }
  }

  /** Until news, the poll interval, or the end, whichever is first. */
  async function sleep(lane: (typeof lanes)[number]): Promise<void> {
    const woken = Promise.withResolvers<void>();
    lane.wake = woken.resolve;
    const done = new AbortController();
    await Promise.race([woken.promise, pause(POLL, AbortSignal.any([stopping.signal, done.signal]))]);
    done.abort();
  }

  const pause = (ms: number, signal = stopping.signal) => delay(ms, undefined, { signal }).catch(() => {});

  async function observeLag(projection: Projection, partition: number): Promise<void> {
    const { head, applied } = await progressOf(pool, partition, projection.name);
    projectionLag.set({ projection: projection.name, partition }, head - applied);
  }

  const running = lanes.map(run);
  return {
    wake(partition) {
      for (const lane of lanes.filter((l) => l.partition === partition)) {
        lane.awake = true;
        lane.wake();
      }
    },
    async stop() {
      stopping.abort();
      await Promise.all(running);
    },
  };
}
