/**
 * A primary and its standby. A promotion makes the standby the primary, and then a new standby is
 * made of it, so it can happen again and again.
 */
import { appendFile, copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Guard } from '../../../../ops/embedded/guard.ts';
import type { Promotion } from '../../history/entry.ts';
import { copyCluster, write } from './base-backup.ts';
import { type Equipment, type TorturePostgres, runPostgres } from '../postgres.ts';
import { openProxy } from '../proxy.ts';

export const REPLICA_MODES = ['synchronous', 'asynchronous', 'none'] as const;
export type ReplicaMode = (typeof REPLICA_MODES)[number];

const STANDBY = 'standby';
const LOOK_MS = 50;
const CAUGHT_UP_MS_MAX = 60_000;

/** The standby notices a lost connection soon, and the WAL that a new one needs is kept. */
const SETTINGS = {
  wal_keep_size: "'1GB'",
  wal_retrieve_retry_interval: "'200ms'",
  wal_receiver_timeout: "'3s'",
  wal_sender_timeout: "'3s'",
};

export interface Replication {
  mode: Exclude<ReplicaMode, 'none'>;
  /** The primary of the moment. */
  primary: () => TorturePostgres;
  standby: () => TorturePostgres;
  /** The standby reaches no primary until `join`. */
  cut: () => void;
  join: () => void;
  /** Waits until the standby has all that is committed now, and follows. */
  untilInSync: () => Promise<void>;
  /**
   * Makes the standby the primary. @returns the old one, which the caller must remove
   *
   * @param left index of the node that still reaches the old primary
   */
  promote: (left?: number) => Promise<TorturePostgres>;
  /** Makes a new standby of the primary. */
  addStandby: () => Promise<void>;
  /** Ends a server for ever, with its data. */
  remove: (server: TorturePostgres) => Promise<void>;
  promotions: () => readonly Promotion[];
  stop: () => Promise<void>;
}

interface ReplicationOptions {
  mode: Exclude<ReplicaMode, 'none'>;
  /** Its servers have a folder each. */
  dataDir: string;
  guard: Guard;
  now: () => number;
  equipment?: Equipment;
}

/** Adds a standby to a primary, and waits until it follows. */
export async function replicate(
  first: TorturePostgres,
  { mode, dataDir, guard, now, equipment }: ReplicationOptions,
): Promise<Replication> {
  let primary = first;
  let standby: TorturePostgres | undefined;
  let servers = 1;
  let cutMs: number | undefined;
  const promotions: Promotion[] = [];
  const link = await openProxy({ host: '127.0.0.1', port: primary.port });
  const settings = {
    ...SETTINGS,
    ...(mode === 'synchronous' && { synchronous_standby_names: `'${STANDBY}'` }),
  };
  for (const [name, value] of Object.entries(settings))
    await primary.ask(`ALTER SYSTEM SET ${name} = ${value}`);
  await primary.ask('SELECT pg_reload_conf()');

  async function untilInSync(): Promise<void> {
    const [{ lsn } = { lsn: '0/0' }] = await primary.ask<{ lsn: string }>(
      'SELECT pg_current_wal_flush_lsn()::text AS lsn',
    );
    const isInSync = `
      SELECT FROM pg_stat_replication
       WHERE application_name = '${STANDBY}' AND state = 'streaming' AND flush_lsn >= '${lsn}'
         AND sync_state ${mode === 'synchronous' ? "= 'sync'" : "= 'async'"}`;
    const deadline = performance.now() + CAUGHT_UP_MS_MAX;
    while ((await primary.ask(isInSync)).length === 0) {
      if (performance.now() > deadline) throw new Error('the standby does not follow the primary');
      await delay(LOOK_MS);
    }
  }

  async function addStandby(): Promise<void> {
    const folder = join(dataDir, `server-${(servers += 1)}`);
    await mkdir(folder, { mode: 0o755 });
    const { dataDir: source, url } = primary;
    link.leadTo(primary.port);
    standby = await runPostgres(folder, guard, equipment, async () => {
      await copyFile(join(source, 'postgres-password'), join(folder, 'postgres-password'));
      const data = join(folder, 'postgres');
      await copyCluster(url, join(source, 'postgres'), data);
      const { username, password } = new URL(url);
      const upstream = `host=127.0.0.1 port=${link.port} user=${username} password=${password} application_name=${STANDBY}`;
      // The last value of a setting counts.
      await appendFile(join(data, 'postgresql.auto.conf'), `primary_conninfo = '${upstream}'\n`);
      await write(join(data, 'standby.signal'), '');
    });
    await untilInSync();
  }

  const remove = async (server: TorturePostgres) => {
    await server.remove();
    const { left } = promotions.at(-1) ?? {};
    if (left !== undefined) left.untilMs = now();
  };

  await addStandby().catch(async (error: unknown) => {
    link.close();
    throw error;
  });
  return {
    mode,
    primary: () => primary,
    standby: () => standby!,
    cut() {
      cutMs = now();
      link.refuse(true);
      link.reset();
    },
    join() {
      cutMs = undefined;
      link.refuse(false);
    },
    untilInSync,
    async promote(left) {
      const old = primary;
      const promoted = standby!;
      const cutAtMs = cutMs ?? now();
      cutMs = undefined;
      await promoted.ask('SELECT pg_promote(true, 60)');
      const node = left === undefined ? {} : { left: { node: left, untilMs: Number.MAX_SAFE_INTEGER } };
      promotions.push({ atMs: now(), cutMs: cutAtMs, ...node });
      primary = promoted;
      standby = undefined;
      return old;
    },
    addStandby,
    remove,
    promotions: () => promotions,
    async stop() {
      link.close();
      for (const server of [standby, primary]) await server?.remove();
    },
  };
}

/** The primary of the moment, as one server. */
export function followPrimary({ primary }: Replication): TorturePostgres {
  return {
    get dataDir() {
      return primary().dataDir;
    },
    get clock() {
      return primary().clock;
    },
    get fsync() {
      return primary().fsync;
    },
    get disk() {
      return primary().disk;
    },
    get url() {
      return primary().url;
    },
    get port() {
      return primary().port;
    },
    stop: () => primary().stop(),
    kill: () => primary().kill(),
    crash: () => primary().crash(),
    start: () => primary().start(),
    remove: () => primary().remove(),
    ask: (statement) => primary().ask(statement),
    exhaust: (ms) => primary().exhaust(ms),
    hold: (statement, ms) => primary().hold(statement, ms),
    terminate: () => primary().terminate(),
  };
}
