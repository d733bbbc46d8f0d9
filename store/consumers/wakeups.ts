/**
 * Notifications of appends, for the consumers of the log on every node, by LISTEN and NOTIFY.
 *
 * A notification may be lost: consumers also poll. It is not part of the append, because a
 * transaction that notifies takes a lock that all notifying commits of the database share.
 */
import type { Client } from 'pg';
import { type DatabasePool, sql } from 'slonik';
import type { Logger } from '../../platform/logger.ts';
import { connect as connectClient, newClient } from '../session.ts';

const CHANNEL = 'holdfast_appended';
/** At most one notification for each partition in this time. */
const NOTIFY_INTERVAL_MS = 20;
const RECONNECT_DELAY_MS = 1_000;

export interface Announcer {
  /** Notifies that a partition has new events, at once or {@link NOTIFY_INTERVAL_MS} later. */
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
    }, NOTIFY_INTERVAL_MS).unref();
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

/** Calls `onWakeup` for each partition that has new events. Reconnects until it is closed. */
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
    log.warn({ err: error }, 'append listener disconnected');
    timer = setTimeout(connect, RECONNECT_DELAY_MS);
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
