/**
 * News of appends for whoever waits behind the log, on every node, by LISTEN and NOTIFY.
 *
 * News may get lost and nothing is lost with it: consumers look for themselves every so often. It is not part of the append,
 * because a transaction that notifies takes a lock that all notifying commits of the database share.
 */
import type { Client } from 'pg';
import { type DatabasePool, sql } from 'slonik';
import type { Logger } from '../../platform/logger.ts';
import { connect as connectClient, newClient } from '../session.ts';

const CHANNEL = 'holdfast_appended';
/** At most one notification a partition in so many ms. */
const INTERVAL = 20;
const RECONNECT = 1_000;

export interface Announcer {
  /** Says that a partition has new events: at once, or, shortly after the last time, a little later. */
  announce: (partition: number) => void;
}

export function createAnnouncer(pool: DatabasePool): Announcer {
  const waiting = new Map<number, { again: boolean }>();

  function notify(partition: number): void {
    const state = { again: false };
    waiting.set(partition, state);
    pool.query(sql.unsafe`SELECT pg_notify(${CHANNEL}, ${String(partition)})`).catch(() => {});
    setTimeout(() => {
      waiting.delete(partition);
      if (state.again) notify(partition);
    }, INTERVAL).unref();
  }

  return {
    announce(partition) {
      const state = waiting.get(partition);
      if (state) state.again = true;
      else notify(partition);
    },
  };
}

export interface WakeupListener {
  close: () => Promise<void>;
}

/** Calls back for each partition that has new events; connects again by itself for as long as it is open. */
export function listenForWakeups(
  databaseUrl: string,
  log: Logger,
  onWakeup: (partition: number) => void,
): WakeupListener {
  let client: Client | undefined;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  function reconnect(error?: Error): void {
    if (closed || timer) return;
    log.warn({ err: error }, 'not listening for appends; consumers poll until it is back');
    timer = setTimeout(connect, RECONNECT);
  }

  function connect(): void {
    timer = undefined;
    const next = newClient({
      connectionString: databaseUrl,
      application_name: 'holdfast-wakeups',
      keepAlive: true,
    });
    client = next;
    next.on('error', reconnect);
    next.on('end', () => reconnect());
    next.on('notification', ({ payload }) => onWakeup(Number(payload)));
    connectClient(next)
      .then(() => next.query(`LISTEN ${CHANNEL}`))
      .catch((error: Error) => {
        reconnect(error);
        return next.end();
      })
      .catch(() => {});
  }

  connect();
  return {
    async close() {
      closed = true;
      clearTimeout(timer);
      await client?.end().catch(() => {});
    },
  };
}
