/** One Postgres server: stopped, killed, restarted on the same port and data. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { pino } from 'pino';
import type { Guard } from '../../../ops/embedded/guard.ts';
import { startPostgres } from '../../../ops/embedded/postgres/postgres.ts';
import { readPostmaster } from '../../../ops/embedded/postgres/postmaster.ts';
import { runsAs } from '../../../ops/embedded/process.ts';
import { type Clock, createClock } from './machine/clock.ts';
import { type Disk, createDisk } from './machine/disk.ts';
import { type FailingFsync, createFailingFsync } from './machine/failing-fsync.ts';

export interface TorturePostgres {
  /** With the folder `postgres` of the cluster. */
  dataDir: string;
  url: string;
  port: number;
  /** Stops it fast: its connections end, it writes a checkpoint. */
  stop: () => Promise<void>;
  /** Stops it at once, without a checkpoint: the next start recovers from the WAL. */
  kill: () => Promise<void>;
  /** Kills it with SIGKILL, as if its host lost power; its data is not used again. */
  crash: () => Promise<void>;
  /** Starts it, if it does not run. */
  start: () => Promise<void>;
  /** Ends it for ever, with its data. */
  remove: () => Promise<void>;
  /** Runs a statement. @returns its rows; rejects when Postgres does not answer */
  ask: <Row extends object>(statement: string) => Promise<Row[]>;
  /** Takes all free connections for a time. */
  exhaust: (ms: number) => Promise<void>;
  /** Holds locks that a statement takes, for a time. */
  hold: (statement: string, ms: number) => Promise<void>;
  /** Ends all connections of the nodes. */
  terminate: () => Promise<void>;
  clock: Clock | undefined;
  disk: Disk | undefined;
  fsync: FailingFsync | undefined;
}

const ALL_CONNECTIONS_COUNT = 110;

const ASK_MS_MAX = 10_000;

/** What faults need of a server. */
export interface Equipment {
  /** Its clock can be set. */
  hasClock: boolean;
  /** Its data is on a disk of its own. */
  hasDisk: boolean;
  /** Its `fsync` can fail. */
  hasFsync: boolean;
}

const NO_EQUIPMENT: Equipment = { hasClock: false, hasDisk: false, hasFsync: false };

/**
 * @param dataDir exists and is empty
 * @param prepare puts a cluster into it
 */
export async function runPostgres(
  dataDir: string,
  guard: Guard,
  { hasClock, hasDisk, hasFsync }: Equipment = NO_EQUIPMENT,
  prepare: () => Promise<void> = async () => {},
): Promise<TorturePostgres> {
  const log = pino({ level: 'silent' });
  const life = { guard };
  const disk = hasDisk ? await createDisk(dataDir) : undefined;
  await prepare();
  const clock = hasClock ? await createClock(`${dataDir}.clock`) : undefined;
  const fsync = hasFsync ? await createFailingFsync(dataDir) : undefined;
  const preloaded = [clock, fsync].flatMap((each) => each?.env['LD_PRELOAD'] ?? []);
  const env = {
    ...clock?.env,
    ...fsync?.env,
    ...(preloaded.length > 0 && { LD_PRELOAD: preloaded.join(':') }),
  };
  const { url, stop } = await startPostgres(dataDir, log, undefined, life, env);
  const port = Number(new URL(url).port);
  const data = join(dataDir, 'postgres');
  if ((await readPostmaster(data))?.port !== port) {
    await stop();
    throw new Error(`Postgres does not run in ${data}: every user must be able to enter this folder`);
  }

  /** The pid of the postmaster while it runs. */
  async function postmaster(): Promise<number | undefined> {
    const { pid } = (await readPostmaster(data)) ?? {};
    return pid !== undefined && runsAs(pid, `postgres -D ${data}`) ? pid : undefined;
  }
  async function end(name: NodeJS.Signals): Promise<void> {
    const pid = await postmaster();
    if (pid === undefined) return;
    process.kill(pid, name);
    while ((await postmaster()) === pid) await delay(20);
    guard.forget(pid);
  }
  let isRemoved = false;
  const connected = async (): Promise<Client | undefined> => {
    const client = new Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
    client.on('error', () => {});
    return client.connect().then(
      () => client,
      () => undefined,
    );
  };

  return {
    dataDir,
    clock,
    disk,
    fsync,
    url,
    port,
    stop: () => end('SIGINT'),
    kill: () => end('SIGQUIT'),
    crash: () => end('SIGKILL'),
    async ask<Row extends object>(statement: string) {
      const client = new Client({
        connectionString: url,
        connectionTimeoutMillis: ASK_MS_MAX,
        query_timeout: ASK_MS_MAX,
      });
      client.on('error', () => {});
      await client.connect();
      try {
        return (await client.query<Row>(statement)).rows;
      } finally {
        void client.end().catch(() => {});
      }
    },
    start: async () => void (await startPostgres(dataDir, log, port, life, env)),
    async remove() {
      if (isRemoved) return;
      isRemoved = true;
      await end('SIGQUIT');
      await disk?.remove();
      await rm(dataDir, { recursive: true, force: true, maxRetries: 3 });
    },
    async exhaust(ms) {
      const clients: Client[] = [];
      const end = performance.now() + ms;
      while (performance.now() < end) {
        const client = clients.length < ALL_CONNECTIONS_COUNT ? await connected() : undefined;
        if (client) clients.push(client);
        else await delay(50);
      }
      await Promise.all(clients.map((client) => client.end().catch(() => {})));
    },
    async hold(statement, ms) {
      const client = await connected();
      try {
        await client?.query(`BEGIN; SET LOCAL lock_timeout = '5s'; ${statement}`);
        await delay(ms);
        await client?.query('ROLLBACK');
      } catch {
        // Postgres was stopped meanwhile.
      } finally {
        await client?.end().catch(() => {});
      }
    },
    async terminate() {
      const client = await connected();
      await client
        ?.query(
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'`,
        )
        .catch(() => {});
      await client?.end().catch(() => {});
    },
  };
}
