/** A primary and an asynchronous replica, behind an address that moves to the replica. */
import { execFile } from 'node:child_process';
import { appendFile, chmod, chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { freePort } from '../../../ops/embedded/free-port.ts';
import { serviceUser } from '../../../ops/embedded/postgres/unprivileged.ts';
import { until } from '../../setup/shop.ts';
import { openMovableAddress } from '../../setup/movable-address.ts';

const run = promisify(execFile);

export interface ReplicatedPostgres {
  /** Leads to the primary, after {@link promote} to the promoted replica. */
  url: string;
  /** Leads to the replica. */
  replicaUrl: string;
  /** @returns the first row of a statement on the first primary */
  queryPrimary: (text: string) => Promise<Record<string, unknown>>;
  /** @returns the first row of a statement on the replica */
  queryReplica: (text: string) => Promise<Record<string, unknown>>;
  stopReplica: () => Promise<void>;
  startReplica: () => Promise<void>;
  /** Stops the replication, once the replica has all that was committed before. */
  cutReplication: () => Promise<void>;
  /** Kills the primary, and promotes the replica. */
  promote: () => Promise<void>;
  close: () => Promise<void>;
}

/** @param tools folder of the binaries */
export async function openReplicatedPostgres(tools: string): Promise<ReplicatedPostgres> {
  const uid = serviceUser();
  const home = await mkdtemp(join(tmpdir(), 'holdfast-replica-'));
  const [primary, replica] = [join(home, 'primary'), join(home, 'replica')];
  const [port, replicaPort] = [await freePort(), await freePort()];
  await writeFile(join(home, 'password'), 'hush\n');
  await chmod(home, 0o755);
  if (uid !== undefined) await Promise.all(['', 'password'].map((name) => chown(join(home, name), uid, uid)));
  const call = (tool: string, ...args: string[]) =>
    run(join(tools, tool), args, {
      cwd: home,
      env: { HOME: home },
      ...(uid !== undefined && { uid, gid: uid }),
    });
  const start = (data: string) => call('pg_ctl', 'start', '--wait', `--pgdata=${data}`, `--log=${data}.log`);
  const configure = (data: string, ownPort: number) =>
    appendFile(
      join(data, 'postgresql.conf'),
      `port = ${ownPort}\nlisten_addresses = '127.0.0.1'\nunix_socket_directories = ''\nshared_buffers = 32MB\n`,
    );
  const urlOf = (at: number) => `postgres://holdfast:hush@127.0.0.1:${at}/postgres`;
  const query = async (at: number, text: string) => {
    const client = new Client({ connectionString: urlOf(at) });
    await client.connect();
    try {
      return (await client.query<Record<string, unknown>>(text)).rows[0] ?? {};
    } finally {
      await client.end();
    }
  };

  await call(
    'initdb',
    '--username=holdfast',
    `--pwfile=${home}/password`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    `--pgdata=${primary}`,
  );
  await configure(primary, port);
  await start(primary);
  const source = `host=127.0.0.1 port=${port} user=holdfast password=hush`;
  await call(
    'pg_basebackup',
    `--dbname=${source}`,
    `--pgdata=${replica}`,
    '--write-recovery-conf',
    '--checkpoint=fast',
  );
  await configure(replica, replicaPort);
  await start(replica);
  const address = await openMovableAddress(port);

  return {
    url: urlOf(address.port),
    replicaUrl: urlOf(replicaPort),
    queryPrimary: (text) => query(port, text),
    queryReplica: (text) => query(replicaPort, text),
    stopReplica: async () => void (await call('pg_ctl', 'stop', '--mode=immediate', `--pgdata=${replica}`)),
    startReplica: async () => void (await start(replica)),
    async cutReplication() {
      const { lsn } = await query(port, 'SELECT pg_current_wal_lsn()::text AS lsn');
      await until(async () => {
        const { has } = await query(
          replicaPort,
          `SELECT pg_last_wal_replay_lsn() >= '${String(lsn)}'::pg_lsn AS has`,
        );
        return has === true;
      });
      await query(replicaPort, `ALTER SYSTEM SET primary_conninfo = ''`);
      await query(replicaPort, 'SELECT pg_reload_conf()');
      await until(async () => {
        const { receivers } = await query(
          replicaPort,
          'SELECT count(*)::int AS receivers FROM pg_stat_wal_receiver',
        );
        return receivers === 0;
      });
    },
    async promote() {
      await call('pg_ctl', 'stop', '--mode=immediate', `--pgdata=${primary}`);
      await call('pg_ctl', 'promote', '--wait', `--pgdata=${replica}`);
      address.moveTo(replicaPort);
    },
    async close() {
      await address.close();
      for (const data of [primary, replica])
        await call('pg_ctl', 'stop', '--mode=immediate', `--pgdata=${data}`).catch(() => {});
      await rm(home, { recursive: true, force: true });
    },
  };
}
