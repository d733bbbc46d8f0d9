/**
 * Waits for a tenant's next event, for clients that keep a request open.
 *
 * However many wait, the end of the log is read once for all of them, and not at all when nobody waits.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { type DatabasePool, sql } from 'slonik';
import { z } from 'zod';
import type { Logger } from '../../platform/logger.ts';
import { feedWatchers } from '../../platform/metrics.ts';
import type { Tenancy } from './log.ts';
import { statement } from '../statement.ts';
import { reachable } from '../unavailable.ts';

/** Clients that may wait, a process; one more is answered at once. */
const CAPACITY = 1_000;
/** Longest time without a look at the log while somebody waits, in ms: the safety net under the notifications. */
const POLL = 500;
/** Shortest time between two looks, in ms. */
const INTERVAL = 20;
/** Events that one look takes in. */
const LOOK_AT = 5_000;

const recentTenants = statement(
  'log/read-recent-tenants',
  z.object({ position: z.int().nullable(), tenants: z.array(z.uuid()).nullable() }),
);
const headRow = sql.type(z.object({ position: z.int() }));

export interface Watch {
  /** Resolves when the tenant has an event that came after the watch began, or when the time is up, or on `end`. */
  news: (ms: number) => Promise<void>;
  end: () => void;
}

export interface Tail {
  /** Begins to watch; what is read after this cannot miss an event that `news` would not tell of. `undefined` when too many wait. */
  watch: (tenancy: Tenancy) => Promise<Watch | undefined>;
  /** Says that a partition has new events. */
  wake: (partition: number) => void;
  /** Lets everybody go, for good. */
  close: () => void;
}

interface Watcher {
  tenantId: string;
  tell: () => void;
}

/** What is watched of one partition; there as long as anybody watches it. */
interface Lane {
  /** The log has been looked at up to here. */
  seen: number;
  watchers: Set<Watcher>;
  wake: () => void;
  /** Settled once `seen` is known. */
  ready: Promise<void>;
}

export function createTail(pool: DatabasePool, log: Logger): Tail {
  const lanes = new Map<number, Lane>();
  let watching = 0;
  let closed = false;

  function open(partition: number): Lane {
    const lane: Lane = { seen: 0, watchers: new Set(), wake: () => {}, ready: Promise.resolve() };
    lane.ready = reachable(
      pool.oneFirst(headRow`SELECT position FROM log_heads WHERE partition = ${partition}`),
    ).then((position) => {
      lane.seen = position;
      void follow(partition, lane);
    });
    lane.ready.catch(() => lanes.delete(partition));
    lanes.set(partition, lane);
    return lane;
  }

  async function follow(partition: number, lane: Lane): Promise<void> {
    while (lane.watchers.size > 0 && !closed) {
      const woken = Promise.withResolvers<void>();
      lane.wake = woken.resolve;
      await atMost(POLL, woken.promise);
      try {
        const { position, tenants } = await reachable(pool.one(recentTenants(partition, lane.seen, LOOK_AT)));
        lane.seen = position ?? lane.seen;
        for (const { tenantId, tell } of lane.watchers) if (tenants?.includes(tenantId)) tell();
      } catch (error) {
        log.warn({ err: error, partition }, 'the end of the log could not be read; it will be tried again');
      }
      await delay(INTERVAL);
    }
    lanes.delete(partition);
  }

  return {
    async watch({ partition, tenantId }) {
      if (closed || watching >= CAPACITY) return undefined;
      const told = Promise.withResolvers<void>();
      const watcher = { tenantId, tell: told.resolve };
      const lane = lanes.get(partition) ?? open(partition);
      lane.watchers.add(watcher);
      feedWatchers.set((watching += 1));
      const end = () => {
        if (lane.watchers.delete(watcher)) feedWatchers.set((watching -= 1));
        told.resolve();
      };
      try {
        await lane.ready;
      } catch (error) {
        end();
        throw error;
      }
      return { news: (ms) => atMost(ms, told.promise), end };
    },
    wake: (partition) => lanes.get(partition)?.wake(),
    close() {
      closed = true;
      for (const { watchers, wake } of lanes.values()) {
        for (const { tell } of watchers) tell();
        wake();
      }
    },
  };
}

/** Waits for a promise, and no longer than so many ms. */
async function atMost(ms: number, promise: Promise<void>): Promise<void> {
  const rest = new AbortController();
  await Promise.race([promise, delay(ms, undefined, { signal: rest.signal }).catch(() => {})]);
  rest.abort();
}
