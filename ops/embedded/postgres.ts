/** A real Postgres for development and tests: the binaries come with npm, the data stays in the data directory. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chown,
  mkdir,
  open,
  readFile,
  readdir,
  rename,
  rm,
  stat,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import type { Logger } from '../../platform/logger.ts';
import { freePort } from './free-port.ts';
import type { Guard } from './guard.ts';
import { keptSecret } from './kept-secret.ts';
import { LaunchError } from './launch-error.ts';
import { logTail } from './log-tail.ts';
import { type PostgresBinaries, findPostgres } from './postgres-binaries.ts';
import { DATABASE, USER, isPostmaster, readPostmaster, urlOf } from './postmaster.ts';
import { type KnownProcess, isSame, knownProcess, stopProcess } from './process.ts';
import { isEnterable, serviceUser, sideFolder } from './unprivileged.ts';

const START_TIMEOUT = 30_000;
const STOP_TIMEOUT = 15_000;
/** For one that did not become ready, or is not wanted any more. */
const KILL_TIMEOUT = 1_000;
const MAX_LOG = 5_000_000;

export interface Service {
  url: string;
  /** Whether it ran already, left behind by a process that was killed. */
  adopted: boolean;
  /** @param cut when aborted, the service is killed; 15 s after the call when left out */
  stop: (cut?: AbortSignal) => Promise<void>;
}

/** What the life of a service is bound to. */
export interface Life {
  guard?: Guard | undefined;
  /** Aborted when the start is not wanted any more: it throws, and leaves nothing behind. */
  signal?: AbortSignal | undefined;
}

interface Instance {
  binaries: PostgresBinaries;
  /** The cluster's own directory. */
  data: string;
  logFile: string;
  password: string;
  uid: number | undefined;
  life: Life;
}

/**
 * Starts Postgres, or takes over the one that a killed process left running.
 *
 * @param dataDir absolute; locked by the caller
 * @param port a certain port of 127.0.0.1 instead of a free one
 * @throws {LaunchError}
 */
export async function startPostgres(
  dataDir: string,
  log: Logger,
  port?: number,
  life: Life = {},
): Promise<Service> {
  const uid = serviceUser();
  let home = dataDir;
  if (uid !== undefined && !(await isEnterable(dataDir))) {
    home = await sideFolder(dataDir);
    log.warn(
      { dataDir, home },
      'the unprivileged user cannot enter the data directory; Postgres keeps its data here instead',
    );
  }
  const instance: Instance = {
    binaries: await findPostgres(uid, dataDir, log),
    data: join(home, 'postgres'),
    logFile: join(home, 'postgres.log'),
    password: await keptSecret(join(dataDir, 'postgres-password'), () =>
      randomBytes(24).toString('base64url'),
    ),
    uid,
    life,
  };
  await initialise(instance, home);
  const orphan = await adopt(instance);
  if (orphan) return { ...orphan, adopted: true };
  return { ...(await start(instance, port)), adopted: false };
}

/** Makes the cluster, in a folder beside that is only renamed when it is whole: a kill half way leaves nothing that looks good. */
async function initialise({ binaries, data, password, uid, life }: Instance, home: string): Promise<void> {
  const version = await readFile(join(data, 'PG_VERSION'), 'utf8').catch(() => undefined);
  if (version !== undefined) {
    if (version.trim() !== binaries.major) {
      throw new LaunchError(
        `${data} was made by Postgres ${version.trim()}, and this is Postgres ${binaries.major}.\n` +
          'Use the release of Holdfast that made it, or choose an empty directory with HOLDFAST_DATA_DIR.',
      );
    }
    return;
  }
  for (const name of await readdir(home)) {
    if (name.startsWith('postgres.init-')) await rm(join(home, name), { recursive: true, force: true });
  }
  const fresh = join(home, `postgres.init-${process.pid}`);
  const passwordFile = join(home, `postgres.init-${process.pid}.pw`);
  await mkdirOwned(fresh, uid);
  await writeFile(passwordFile, password, { mode: 0o600 });
  if (uid !== undefined) await chown(passwordFile, uid, uid);
  try {
    await run(
      binaries.initdb,
      [
        '-D',
        fresh,
        '-U',
        USER,
        '-E',
        'UTF8',
        '--locale-provider=builtin',
        '--builtin-locale=C.UTF-8',
        '--locale=C',
      ].concat(['--auth=scram-sha-256', `--pwfile=${passwordFile}`, '--data-checksums']),
      uid,
      life,
    );
    await rename(fresh, data);
  } finally {
    await rm(passwordFile, { force: true });
  }
}

async function mkdirOwned(path: string, uid: number | undefined): Promise<void> {
  await mkdir(path, { mode: 0o700 });
  if (uid !== undefined) await chown(path, uid, uid);
}

/** The postmaster that a killed parent left behind, if it is one and answers; what is left of one that does not run is cleared away. */
async function adopt({ data, password, life }: Instance): Promise<Omit<Service, 'adopted'> | undefined> {
  const postmaster = await readPostmaster(data).catch(() => undefined);
  if (postmaster === undefined) return undefined;
  const { pid, port } = postmaster;
  const known = isPostmaster(pid, data) ? knownProcess(pid) : undefined;
  if (known === undefined) {
    await rm(join(data, 'postmaster.pid'), { force: true });
    return undefined;
  }
  life.guard?.watch(pid, 'SIGINT');
  process.kill(pid, 'SIGCONT'); // in case that somebody has stopped it
  const url = urlOf(password, port);
  const deadline = performance.now() + START_TIMEOUT;
  while (performance.now() < deadline && isSame(known) && !life.signal?.aborted) {
    if ((await tryConnect(url)) === 'ready') return { url, stop: stopper(known, life) };
    await delay(50);
  }
  await stopper(known, life)();
  life.signal?.throwIfAborted();
  return undefined;
}

const stopper =
  (known: KnownProcess, { guard }: Life) =>
  async (cut = AbortSignal.timeout(STOP_TIMEOUT)): Promise<void> => {
    await stopProcess(known, 'SIGINT', cut);
    guard?.forget(known.pid);
  };

async function start(instance: Instance, wanted?: number): Promise<Omit<Service, 'adopted'>> {
  const { life } = instance;
  const { size } = await stat(instance.logFile).catch(() => ({ size: 0 }));
  if (size > MAX_LOG) await truncate(instance.logFile);
  for (let attempt = 1; ; attempt += 1) {
    life.signal?.throwIfAborted();
    const port = wanted ?? (await freePort());
    const child = await launch(instance, port);
    const known = knownProcess(child.pid ?? 0);
    if (known) life.guard?.watch(known.pid, 'SIGINT');
    const url = urlOf(instance.password, port);
    if (known && (await becomesReady(child, url, life))) {
      child.unref();
      return { url, stop: stopper(known, life) };
    }
    if (known) await stopProcess(known, 'SIGQUIT', AbortSignal.timeout(KILL_TIMEOUT));
    // Another program may have taken the port in between.
    if (attempt === 3 && !life.signal?.aborted) {
      throw new LaunchError(
        `Postgres did not start. The end of ${instance.logFile}:\n${await logTail(instance.logFile)}\n` +
          'Mend that, or set DATABASE_URL to a Postgres of your own.',
      );
    }
  }
}

async function launch({ binaries, data, logFile, uid }: Instance, port: number): Promise<ChildProcess> {
  const output = await open(logFile, 'a', 0o600);
  const settings = {
    port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: 100,
    shared_buffers: '128MB',
    max_wal_size: '2GB',
  };
  // Detached: Ctrl-C in the terminal must not reach it before our own requests are finished.
  const child = spawn(
    binaries.postgres,
    ['-D', data, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    {
      detached: true,
      stdio: ['ignore', output.fd, output.fd],
      env: { PATH: '/usr/bin:/bin', LC_ALL: 'C' },
      cwd: '/',
      ...(uid !== undefined && { uid, gid: uid }),
    },
  );
  child.on('error', () => {});
  await output.close();
  return child;
}

async function becomesReady(child: ChildProcess, url: string, { signal }: Life): Promise<boolean> {
  const deadline = performance.now() + START_TIMEOUT;
  while (
    performance.now() < deadline &&
    child.exitCode === null &&
    child.signalCode === null &&
    !signal?.aborted
  ) {
    if ((await tryConnect(url)) === 'ready') return true;
    await delay(30);
  }
  return false;
}

/** Connects, and makes the database when it is not there yet. */
async function tryConnect(url: string): Promise<'ready' | 'not yet'> {
  const admin = new URL(url);
  admin.pathname = '/postgres';
  const client = new Client({ connectionString: admin.href, connectionTimeoutMillis: 2_000 });
  client.on('error', () => {});
  try {
    await client.connect();
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [DATABASE]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${DATABASE}`);
    return 'ready';
  } catch {
    return 'not yet';
  } finally {
    await client.end().catch(() => {});
  }
}

async function run(
  command: string,
  args: string[],
  uid: number | undefined,
  { guard, signal }: Life,
): Promise<void> {
  signal?.throwIfAborted();
  const child = spawn(command, args, {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { PATH: '/usr/bin:/bin', LC_ALL: 'C' },
    cwd: '/',
    ...(uid !== undefined && { uid, gid: uid }),
  });
  const { pid } = child;
  if (pid !== undefined) guard?.watch(pid, 'SIGTERM');
  const end = () => child.kill('SIGTERM');
  signal?.addEventListener('abort', end, { once: true });
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    stderr = (stderr + chunk).slice(-2_000);
  });
  const code = await new Promise<number | string>((resolve) => {
    child.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    child.on('close', (exit, signal) => resolve(exit ?? signal ?? 'unknown'));
  });
  signal?.removeEventListener('abort', end);
  if (pid !== undefined) guard?.forget(pid);
  signal?.throwIfAborted();
  if (code !== 0) {
    throw new LaunchError(
      `${command} failed (${code}).\n${stderr.trim()}\nMend that, or set DATABASE_URL to a Postgres of your own.`,
    );
  }
}
