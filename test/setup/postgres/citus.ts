/** A coordinator and two workers of Citus on loopback, with a data directory of their own. */
import { execFile } from 'node:child_process';
import { access, appendFile, chown, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { freePort } from '../../../ops/embedded/free-port.ts';

/** Debian's Postgres 15: the extension of ../shared/citus is built for it. */
const PREFIX = '/usr/lib/postgresql/15';
const NODES = ['coordinator', 'worker-1', 'worker-2'] as const;
const START_TIMEOUT_SECONDS = 60;

const SETTINGS = {
  listen_addresses: "'127.0.0.1'",
  unix_socket_directories: "''",
  shared_preload_libraries: "'citus'",
  wal_level: 'logical',
  max_connections: 400,
  max_prepared_transactions: 400,
  max_worker_processes: 64,
  shared_buffers: "'128MB'",
  max_wal_size: "'2GB'",
  log_min_messages: 'warning',
  'citus.allow_nested_distributed_execution': 'on',
  'citus.enable_statistics_collection': 'off',
  'citus.show_shards_for_app_name_prefixes': "''",
};

export interface TestCluster {
  /** Of the coordinator, then of the workers. */
  urls: readonly string[];
  stop: () => Promise<void>;
  /** Stops and starts one node. */
  restart: (node: number) => Promise<void>;
}

const run = promisify(execFile);

/** @returns why this machine cannot run Citus; `undefined` when it can */
export async function missingForCitus(): Promise<string | undefined> {
  const found = await access(`${PREFIX}/lib/citus.so`).then(
    () => true,
    () => false,
  );
  return found
    ? undefined
    : `No Citus for Postgres 15 on this machine: ${PREFIX}/lib/citus.so is missing. docs/scale.md says how to install it.`;
}

async function idsOfPostgres(): Promise<{ uid?: number; gid?: number }> {
  if (process.getuid?.() !== 0) return {};
  const { stdout } = await run('id', ['-u', 'postgres']);
  const { stdout: group } = await run('id', ['-g', 'postgres']);
  return { uid: Number(stdout), gid: Number(group) };
}

/** @param dataDir that the user `postgres` may enter, when this process is root */
export async function startCluster(dataDir: string): Promise<TestCluster> {
  const ids = await idsOfPostgres();
  const bin = (name: string, args: string[]) =>
    run(`${PREFIX}/bin/${name}`, args, { ...ids, cwd: '/', env: { PATH: '/usr/bin:/bin', LC_ALL: 'C' } });
  const home = join(dataDir, 'citus');
  await mkdir(home);
  if (ids.uid !== undefined) await chown(home, ids.uid, ids.gid!);
  const nodes = await Promise.all(
    NODES.map(async (name) => {
      const data = join(home, name);
      const port = await freePort();
      await bin('initdb', [
        '-D',
        data,
        '-U',
        'holdfast',
        '-E',
        'UTF8',
        '--locale=C.UTF-8',
        '-A',
        'trust',
        '--no-sync',
      ]);
      const lines = Object.entries({ ...SETTINGS, port }).map(([key, value]) => `${key} = ${value}`);
      await appendFile(join(data, 'postgresql.conf'), `${lines.join('\n')}\n`);
      return { data, port };
    }),
  );
  const control = (data: string, ...args: string[]) =>
    bin('pg_ctl', ['-D', data, '-w', '-t', String(START_TIMEOUT_SECONDS), '-l', `${data}.log`, ...args]);
  await Promise.all(nodes.map(({ data }) => control(data, 'start')));
  return {
    urls: nodes.map(({ port }) => `postgres://holdfast@127.0.0.1:${port}/postgres`),
    async stop() {
      await Promise.all(nodes.map(({ data }) => control(data, 'stop', '-m', 'immediate')));
    },
    async restart(node) {
      await control(nodes[node]!.data, 'restart', '-m', 'immediate');
    },
  };
}

const withDatabase = (url: string, name: string) =>
  Object.assign(new URL(url), { pathname: `/${name}` }).href;

async function onNode(url: string, ...statements: string[]): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    for (const text of statements) await client.query(text);
  } finally {
    await client.end();
  }
}

/** Creates a database on each node, and makes the first node its coordinator. */
export async function createClusterDatabase(urls: readonly string[], name: string): Promise<string> {
  await Promise.all(
    urls.map(async (url) => {
      await onNode(url, `CREATE DATABASE ${name} TEMPLATE template0`);
      await onNode(withDatabase(url, name), 'CREATE EXTENSION citus');
    }),
  );
  const [coordinator, ...workers] = urls.map((url) => withDatabase(url, name));
  const portOf = (url: string) => new URL(url).port;
  await onNode(
    coordinator!,
    `SELECT citus_set_coordinator_host('127.0.0.1', ${portOf(coordinator!)})`,
    ...workers.map((url) => `SELECT citus_add_node('127.0.0.1', ${portOf(url)})`),
  );
  return coordinator!;
}

/** Closes a database on each node to all sessions, so that it can be cloned. */
export const closeTemplate = (urls: readonly string[], name: string): Promise<unknown> =>
  Promise.all(
    urls.map((url) =>
      onNode(
        url,
        `ALTER DATABASE ${name} ALLOW_CONNECTIONS false`,
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${name}'`,
      ),
    ),
  );
