/**
 * Waits for a tenant's next event, for clients that keep a request open. The end of the log is read
 * once for all watchers of a partition, and not at all when there are none.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { type DatabasePool, sql } from 'slonik';
import { z } from 'zod';
import { endsWithin } from '../../platform/deadline.ts';
import { createFairShare } from '../../platform/fair-share.ts';
import type { Logger } from '../../platform/logger.ts';
import { feedWatchers } from '../../platform/metrics.ts';
import { statement } from '../statement.ts';
import type { Tenancy } from '../tenancy.ts';
import { reachable } from '../unavailable.ts';

/** Watches of one process; one more client is answered at once. */
const WATCHES_MAX = 1_000;
/** A tenant alone gets four fifths of the watches. */
const FREE_TIMES_MAX = 4;
/** The end of the log is read after this time without a notification: one may be lost. */
const TAIL_POLL_INTERVAL_MS = 500;
const READ_INTERVAL_MS_MIN = 20;
/** Events in one read. */
const TAIL_EVENTS_MAX = 5_000;

const recentTenants = statement(
  'log/read-recent-tenants',
  z.object({ position: z.int().nullable(), tenants: z.array(z.uuid()).nullable() }),
);
const headRow = sql.type(z.object({ position: z.int() }));

export interface Watch {
  /**
   * Resolves when the tenant has an event that was appended after the watch began, after
   * `timeoutMs`, or on `end`.
   */
  nextEvent: (timeoutMs: number) => Promise<unknown>;
  end: () => void;
}

export interface Tail {
  /**
   * Starts a watch. Read the feed after this: `nextEvent` reports each event that the read missed.
   *
   * @returns `undefined` when the tenant's share of the watches is used
   */
  watch: (tenancy: Tenancy) => Promise<Watch | undefined>;
  /** Call when a partition has new events. */
  wake: (partition: number) => void;
  /** Ends all watches, and starts no new one. */
  close: () => void;
}

interface Watcher {
  tenantId: string;
  notify: () => void;
}

/** A partition that has watchers. */
interface WatchedPartition {
  /** The log has been read up to this position. */
  position: number;
  watchers: Set<Watcher>;
  wake: () => void;
  /** Settles when `position` is known. */
  ready: Promise<void>;
}

export function createTail(pool: DatabasePool, log: Logger): Tail {
  const share = createFairShare({ capacity: WATCHES_MAX, freeTimesMax: FREE_TIMES_MAX });
  const watched = new Map<number, WatchedPartition>();
  let isClosed = false;

  function open(partition: number): WatchedPartition {
    const entry: WatchedPartition = {
      position: 0,
      watchers: new Set(),
      wake: () => {},
      ready: Promise.resolve(),
    };
    entry.ready = reachable(
      pool.oneFirst(headRow`SELECT position FROM log_heads WHERE partition = ${partition}`),
    ).then((position) => {
      entry.position = position;
      void follow(partition, entry);
    });
    entry.ready.catch(() => watched.delete(partition));
    watched.set(partition, entry);
    return entry;
  }

  async function follow(partition: number, entry: WatchedPartition): Promise<void> {
    while (entry.watchers.size > 0 && !isClosed) {
      const woken = Promise.withResolvers<void>();
      entry.wake = woken.resolve;
      await endsWithin(woken.promise, TAIL_POLL_INTERVAL_MS);
      try {
        const read = recentTenants(partition, entry.position, TAIL_EVENTS_MAX);
        const { position, tenants } = await reachable(pool.one(read));
        entry.position = position ?? entry.position;
        for (const { tenantId, notify } of entry.watchers) if (tenants?.includes(tenantId)) notify();
      } catch (error) {
        log.warn({ err: error, partition }, 'log tail read failed');
      }
      await delay(READ_INTERVAL_MS_MIN);
    }
    watched.delete(partition);
  }

  return {
    async watch({ partition, tenantId }) {
      const release = isClosed ? undefined : share.tryTake(tenantId);
      if (release === undefined) return undefined;
      const notified = Promise.withResolvers<void>();
      const watcher = { tenantId, notify: notified.resolve };
      const entry = watched.get(partition) ?? open(partition);
      entry.watchers.add(watcher);
      feedWatchers.set(share.taken());
      const stop = () => {
        entry.watchers.delete(watcher);
        release();
        feedWatchers.set(share.taken());
        notified.resolve();
      };
      try {
        await entry.ready;
      } catch (error) {
        stop();
        throw error;
      }
      return { nextEvent: (timeoutMs) => endsWithin(notified.promise, timeoutMs), end: stop };
    },
    wake: (partition) => watched.get(partition)?.wake(),
    close() {
      isClosed = true;
      for (const { watchers, wake } of watched.values()) {
        for (const { notify } of watchers) notify();
        wake();
      }
    },
  };
}
