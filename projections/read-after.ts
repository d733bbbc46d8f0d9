/**
 * Read your writes: waits until a projection has applied a position. One loop for each partition
 * and projection reads the progress for all waits of the process. It ends with the last of them.
 */
import type { DatabasePool } from 'slonik';
import { endsWithin } from '../platform/deadline.ts';
import { createFairShare } from '../platform/fair-share.ts';
import { readAfterWaits } from '../platform/metrics.ts';
import { epochOf, isLostPosition } from '../store/log/epochs.ts';
import { progressOf } from '../store/partitions.ts';

/** Waits of a process. */
const WAITS_MAX = 1_000;
/** A tenant alone gets four fifths of the waits. */
const FREE_TIMES_MAX = 4;
/** The interval grows while the projection stands still: a paused one costs 5 reads a second. */
const READ_INTERVAL_MS_MIN = 10;
const READ_INTERVAL_MS_MAX = 200;
const INTERVAL_GROWTH_FACTOR = 1.5;

export interface Awaited {
  partition: number;
  /** Name of the projection. */
  consumer: string;
  /** From the answer to a write. */
  position: number;
}

export interface WaitOptions {
  tenantId: string;
  timeoutMs: number;
  /** Ends the wait when the client has left. */
  gone?: AbortSignal | undefined;
}

export type Look = 'reached' | 'behind' | 'beyond_head' | 'lost';

export interface ReadAfter {
  /**
   * Reads the progress once.
   *
   * @returns `beyond_head` when the log ends before the position; `lost` when it lost it
   */
  look: (awaited: Awaited) => Promise<Look>;
  /**
   * Waits for a position of the log.
   *
   * @returns `behind` after the timeout, or when the client has left; `crowded` at once when too
   *   many requests of the tenant wait; `lost` when a new epoch began meanwhile without it
   * @throws the error of the read of the progress
   */
  wait: (awaited: Awaited, options: WaitOptions) => Promise<Look | 'crowded'>;
}

interface Wait {
  position: number;
  end: (reached: 'reached' | 'behind' | 'new_epoch') => void;
  fail: (error: unknown) => void;
}

interface Watched {
  waits: Set<Wait>;
  /** Ends an interval that has grown. */
  hurry: () => void;
}

export function createReadAfter(pool: DatabasePool): ReadAfter {
  const share = createFairShare({ capacity: WAITS_MAX, freeTimesMax: FREE_TIMES_MAX });
  const watched = new Map<string, Watched>();

  function add({ partition, consumer }: Awaited, wait: Wait): Watched {
    const name = `${partition} ${consumer}`;
    const known = watched.get(name);
    known?.waits.add(wait);
    known?.hurry();
    if (known !== undefined) return known;
    const entry = { waits: new Set([wait]), hurry: () => {} };
    watched.set(name, entry);
    void follow(
      entry,
      () => progressOf(pool, partition, consumer),
      () => watched.delete(name),
    );
    return entry;
  }

  async function look({ partition, consumer, position }: Awaited): Promise<Look> {
    const { head, applied } = await progressOf(pool, partition, consumer);
    if (head < position) return 'beyond_head';
    if (epochOf(position) < epochOf(head) && (await isLostPosition(pool, partition, position))) return 'lost';
    return applied >= position ? 'reached' : 'behind';
  }

  return {
    look,
    async wait(awaited, { tenantId, timeoutMs, gone }) {
      const release = share.tryTake(tenantId);
      if (release === undefined) return 'crowded';
      readAfterWaits.inc();
      const { promise, resolve, reject } = Promise.withResolvers<'reached' | 'behind' | 'new_epoch'>();
      const wait: Wait = { position: awaited.position, end: resolve, fail: reject };
      const { waits } = add(awaited, wait);
      const giveUp = () => resolve('behind');
      const timer = setTimeout(giveUp, timeoutMs);
      gone?.addEventListener('abort', giveUp);
      if (gone?.aborted) giveUp();
      try {
        const reached = await promise;
        return reached === 'new_epoch' ? await look(awaited) : reached;
      } finally {
        clearTimeout(timer);
        gone?.removeEventListener('abort', giveUp);
        waits.delete(wait);
        release();
        readAfterWaits.dec();
      }
    },
  };
}

/**
 * Reads the progress until nobody waits.
 *
 * @param ended called in the same turn as the last look at the waits, so that no later wait is lost
 */
async function follow(
  watched: Watched,
  read: () => Promise<{ applied: number }>,
  ended: () => void,
): Promise<void> {
  const { waits } = watched;
  let intervalMs = READ_INTERVAL_MS_MIN;
  let lastApplied = 0;
  while (waits.size > 0) {
    const hurried = Promise.withResolvers<void>();
    if (intervalMs > READ_INTERVAL_MS_MIN) watched.hurry = hurried.resolve;
    const isHurried = await endsWithin(hurried.promise, intervalMs);
    try {
      const { applied } = await read();
      for (const { position, end } of waits)
        if (position <= applied) end(epochOf(position) < epochOf(applied) ? 'new_epoch' : 'reached');
      intervalMs =
        isHurried || applied > lastApplied
          ? READ_INTERVAL_MS_MIN
          : Math.min(intervalMs * INTERVAL_GROWTH_FACTOR, READ_INTERVAL_MS_MAX);
      lastApplied = applied;
    } catch (error) {
      for (const { fail } of waits) fail(error);
    }
  }
  ended();
}
