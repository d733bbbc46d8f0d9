/**
 * Notifications of appends, for the consumers of the log on every node, by LISTEN and NOTIFY.
 *
 * A notification may be lost: consumers also poll. It is not part of the append, because a
 * transaction that notifies takes a lock that all notifying commits of the database share.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { type DatabasePool, sql } from 'slonik';
import type { Logger } from '../../platform/logger.ts';
import { directAddressOf } from '../connections/direct-address.ts';
import { ownName } from '../schema/names.ts';
import { connect, newClient } from '../session.ts';

const CHANNEL = 'holdfast_appended';
/** At most one notification for each partition in this time. */
const NOTIFY_INTERVAL_MS = 20;
const RECONNECT_DELAY_MS = 1_000;
const PING_INTERVAL_MS = 5_000;

export interface Announcer {
  /** Notifies that a partition has new events, at once or {@link NOTIFY_INTERVAL_MS} later. */
  announce: (partition: number) => void;
}

export function createAnnouncer(pool: DatabasePool): Announcer {
  const waiting = new Map<number, { again: boolean }>();

  function notify(partition: number): void {
    const state = { again: false };
    waiting.set(partition, state);
    pool.query(sql.unsafe`SELECT pg_notify(${ownName(CHANNEL)}, ${String(partition)})`).catch(() => {});
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

/**
 * Calls `onWakeup` for each partition that has new events. Reconnects until it is closed, with one
 * connection at a time: a server that refuses LISTEN, as a standby does, must not collect them.
 */
export function listenForWakeups(
  databaseUrl: string,
  log: Logger,
  onWakeup: (partition: number) => void,
): WakeupListener {
  const closing = new AbortController();

  /** Listens until the connection is lost. @returns why it was */
  async function listen(): Promise<Error | undefined> {
    const client = newClient({
      connectionString: directAddressOf(databaseUrl),
      application_name: 'holdfast-wakeups',
    });
    const lost = Promise.withResolvers<Error | undefined>();
    client.on('error', lost.resolve);
    client.on('end', () => lost.resolve(undefined));
    client.on('notification', ({ payload }) => onWakeup(Number(payload)));
    const end = () => lost.resolve(undefined);
    closing.signal.addEventListener('abort', end);
    const listening = connect(client).then(() => client.query(`LISTEN ${ownName(CHANNEL)}`));
    listening.catch(lost.resolve);
    // A statement: without one, nobody notices that the connection is silent.
    const timer = setInterval(() => client.query('SELECT').catch(() => {}), PING_INTERVAL_MS);
    try {
      return await lost.promise;
    } finally {
      clearInterval(timer);
      closing.signal.removeEventListener('abort', end);
      await client.end();
    }
  }

  async function run(): Promise<void> {
    while (!closing.signal.aborted) {
      const err = await listen();
      if (closing.signal.aborted) return;
      log.warn({ err }, 'append listener disconnected');
      await delay(RECONNECT_DELAY_MS, undefined, { signal: closing.signal }).catch(() => {});
    }
  }

  const running = run();
  return {
    async close() {
      closing.abort();
      await running;
    },
  };
}
