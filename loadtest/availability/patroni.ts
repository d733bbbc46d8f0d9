/** Three Postgres under Patroni, with etcd and HAProxy, by the files of `deploy/patroni/`. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { chown, mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { freePort } from '../../ops/embedded/free-port.ts';
import { serviceUser } from '../../ops/embedded/postgres/unprivileged.ts';
import { endWithUs } from '../kit/ending.ts';
import { startHaproxy } from './haproxy.ts';

const MEMBERS_COUNT = 3;
const LOOK_MS = 100;
const START_MS_MAX = 180_000;
const REST_MS_MAX = 3_000;
const EXAMPLE = new URL('../../deploy/patroni/patroni.yaml', import.meta.url);
const SUPERUSER = 'postgres:change-this-1';
const ROLE = 'holdfast:hush';

export const PROGRAMS = ['etcd', 'patroni', 'haproxy'] as const;

/** The programs that are not installed. */
export const missingPrograms = (): string[] =>
  PROGRAMS.filter((name) => spawnSync(name, ['--version'], { stdio: 'ignore' }).error !== undefined);

interface Member {
  port: number;
  restPort: number;
  dataDir: string;
  config: string;
  patroni: ChildProcess | undefined;
}

export interface PatroniCluster {
  /** Leads to the primary of the moment, through HAProxy. */
  databaseUrl: string;
  /** Of each member. */
  memberUrls: readonly string[];
  /** Index of the primary. @returns `undefined` when there is none */
  primary: () => Promise<number | undefined>;
  /** Kills Postgres by SIGKILL; with its Patroni, as if the host was lost. */
  kill: (member: number, withPatroni: boolean) => Promise<void>;
  /** Starts what was killed, and waits until it follows. */
  heal: (member: number) => Promise<void>;
  stop: () => Promise<void>;
}

/** @param folder every user may enter it */
export async function startPatroni(folder: string): Promise<PatroniCluster> {
  const uid = serviceUser();
  const own = async (path: string) => {
    await mkdir(path, { recursive: true, mode: 0o700 });
    if (uid !== undefined) await chown(path, uid, uid);
  };
  const run = (program: string, args: string[], name: string, home: string) => {
    const log = createWriteStream(join(folder, `${name}.log`), { flags: 'a' });
    const child = spawn(program, args, {
      cwd: home,
      env: { PATH: process.env['PATH'], HOME: home },
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(uid !== undefined && { uid, gid: uid }),
    });
    child.stdout.pipe(log, { end: false });
    child.stderr.pipe(log, { end: false });
    return endWithUs(child);
  };
  const [etcdPort, peerPort] = [await freePort(), await freePort()];
  await own(join(folder, 'etcd'));
  const clients = `http://127.0.0.1:${etcdPort}`;
  const peers = `http://127.0.0.1:${peerPort}`;
  const etcd = run(
    'etcd',
    [
      `--data-dir=${join(folder, 'etcd')}`,
      `--listen-client-urls=${clients}`,
      `--advertise-client-urls=${clients}`,
      `--listen-peer-urls=${peers}`,
      `--initial-advertise-peer-urls=${peers}`,
      `--initial-cluster=default=${peers}`,
    ],
    'etcd',
    join(folder, 'etcd'),
  );

  const example = await readFile(EXAMPLE, 'utf8');
  const members: Member[] = [];
  for (let n = 1; n <= MEMBERS_COUNT; n += 1) {
    const [port, restPort] = [await freePort(), await freePort()];
    const home = join(folder, `db-${n}`);
    await own(home);
    const dataDir = join(home, 'data');
    const config = join(home, 'patroni.yaml');
    const text = example
      .replace('db-1\n', `db-${n}\n`)
      .replaceAll('10.0.1.1:8008', `127.0.0.1:${restPort}`)
      .replaceAll('10.0.1.1:5432', `127.0.0.1:${port}`)
      .replace(/hosts: \[.*\]/, `hosts: [127.0.0.1:${etcdPort}]`)
      .replaceAll('10.0.0.0/8', '127.0.0.1/32')
      .replace('/var/lib/postgresql/holdfast', dataDir)
      .replace(
        '        max_connections: 200\n',
        `        max_connections: 200\n        unix_socket_directories: ''\n        shared_buffers: 64MB\n`,
      );
    await writeFile(config, text, { mode: 0o644 });
    members.push({ port, restPort, dataDir, config, patroni: undefined });
  }
  const launch = (member: number) => {
    const { config, dataDir } = members[member]!;
    members[member]!.patroni = run('patroni', [config], `patroni-${member + 1}`, dirname(dataDir));
  };
  const isRole = (member: Member, path: string) =>
    fetch(`http://127.0.0.1:${member.restPort}${path}`, { signal: AbortSignal.timeout(REST_MS_MAX) }).then(
      ({ status }) => status === 200,
      () => false,
    );
  async function primary(): Promise<number | undefined> {
    const found = await Promise.all(members.map((member) => isRole(member, '/primary')));
    const index = found.indexOf(true);
    return index < 0 ? undefined : index;
  }
  async function until(what: string, condition: () => Promise<boolean>): Promise<void> {
    const deadline = performance.now() + START_MS_MAX;
    while (!(await condition().catch(() => false))) {
      if (performance.now() > deadline) throw new Error(`${what} takes too long: see the logs in ${folder}`);
      await delay(LOOK_MS);
    }
  }
  const frontPort = await freePort();
  const urlOf = (login: string, port: number, database: string) =>
    `postgres://${login}@127.0.0.1:${port}/${database}`;
  /** One that Patroni knows as synchronous: it promotes no other one. */
  const hasSynchronousStandby = async () =>
    (await Promise.all(members.map((member) => isRole(member, '/synchronous')))).includes(true);
  const followers = async () => {
    const rows = await ask(
      urlOf(SUPERUSER, frontPort, 'postgres'),
      "SELECT FROM pg_stat_replication WHERE state = 'streaming'",
    );
    return rows.length;
  };

  launch(0);
  await until('the first Postgres', async () => (await primary()) === 0);
  for (let n = 1; n < MEMBERS_COUNT; n += 1) launch(n);
  const haproxy = await startHaproxy({
    file: 'patroni/haproxy.cfg',
    replaced: [
      ['bind :5432', `bind 127.0.0.1:${frontPort}`],
      ...members.map(({ port, restPort }, n): [string, string] => [
        `10.0.1.${n + 1}:5432 check port 8008`,
        `127.0.0.1:${port} check port ${restPort}`,
      ]),
    ],
    ports: [frontPort],
    folder,
  });
  await until('the replication', async () => (await followers()) === MEMBERS_COUNT - 1);
  await until('the synchronous standby', hasSynchronousStandby);
  const [role, password] = ROLE.split(':');
  await ask(urlOf(SUPERUSER, frontPort, 'postgres'), `CREATE ROLE ${role} LOGIN PASSWORD '${password}'`);
  await ask(urlOf(SUPERUSER, frontPort, 'postgres'), `CREATE DATABASE holdfast OWNER ${role}`);

  return {
    databaseUrl: urlOf(ROLE, frontPort, 'holdfast'),
    memberUrls: members.map(({ port }) => urlOf(ROLE, port, 'holdfast')),
    primary,
    async kill(member, withPatroni) {
      const { patroni, dataDir } = members[member]!;
      const pids = await processesOf(dataDir);
      if (withPatroni && patroni !== undefined) await killHard(patroni);
      for (const pid of pids) endQuietly(pid);
    },
    async heal(member) {
      const { patroni } = members[member]!;
      if (patroni === undefined || patroni.exitCode !== null || patroni.signalCode !== null) launch(member);
      await until('the return of the member', async () => (await followers()) === MEMBERS_COUNT - 1);
      await until('the synchronous standby', hasSynchronousStandby);
    },
    async stop() {
      for (const { patroni } of members) if (patroni !== undefined) await killHard(patroni);
      for (const { dataDir } of members) for (const pid of await processesOf(dataDir)) endQuietly(pid);
      await Promise.all([haproxy.stop(), killHard(etcd)]);
    },
  };
}

async function ask(connectionString: string, statement: string): Promise<unknown[]> {
  const client = new Client({ connectionString, connectionTimeoutMillis: 5_000, query_timeout: 20_000 });
  client.on('error', () => {});
  try {
    await client.connect();
    return (await client.query(statement)).rows;
  } finally {
    void client.end().catch(() => {});
  }
}

async function killHard(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}

const endQuietly = (pid: number): void => {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
};

/** The postmaster of a data directory, and its children; empty when it does not run. */
async function processesOf(dataDir: string): Promise<number[]> {
  const text = await readFile(join(dataDir, 'postmaster.pid'), 'utf8').catch(() => '');
  const postmaster = Number(text.split('\n')[0]);
  const command = await readFile(`/proc/${postmaster}/cmdline`, 'utf8').catch(() => '');
  if (!(postmaster > 0) || !command.includes(dataDir)) return [];
  const pids = [postmaster];
  for (const name of await readdir('/proc')) {
    const stat = /^\d+$/.test(name) ? await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '') : '';
    if (Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) === postmaster) pids.push(Number(name));
  }
  return pids;
}
