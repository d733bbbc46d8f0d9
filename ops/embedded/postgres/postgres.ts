/** Runs an embedded Postgres: the binaries come from npm, the data stays in the data directory. */
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
import { Client } from 'pg';
import type { Logger } from '../../../platform/logger.ts';
import { freePort } from '../free-port.ts';
import type { Guard } from '../guard.ts';
import { keptSecret } from '../kept-secret.ts';
import { LaunchError } from '../launch-error.ts';
import { logTail } from '../log-tail.ts';
import { type PostgresBinaries, findPostgres } from './binaries.ts';
import { DATABASE, USER, isPostmaster, readPostmaster, urlOf } from './postmaster.ts';
import { type KnownProcess, becomesReady, knownProcess, stopProcess } from '../process.ts';
import { isEnterable, serviceUser, sideFolder } from './unprivileged.ts';

const START_TIMEOUT_MS = 30_000;
const STOP_TIMEOUT_MS = 15_000;
/** Time for a Postgres that did not become ready to stop. */
const ABANDON_TIMEOUT_MS = 1_000;
/** A start truncates a larger log. */
const LOG_BYTES_MAX = 5_000_000;
const ATTEMPTS_MAX = 3;

export interface Service {
  url: string;
  /** Whether a killed process had started it. */
  adopted: boolean;
  /** @param cut kills the service when it aborts; default: after 15 s */
  stop: (cut?: AbortSignal) => Promise<void>;
}

/** Bounds the life of a service. */
export interface Life {
  guard?: Guard | undefined;
  /** Aborts the start: it rejects, and leaves no process behind. */
  signal?: AbortSignal | undefined;
}

interface Instance {
  binaries: PostgresBinaries;
  /** Directory of the cluster. */
  data: string;
  logFile: string;
  password: string;
  uid: number | undefined;
  life: Life;
  env: Record<string, string>;
}

/**
 * Starts Postgres, or adopts the one of a killed process.
 *
 * @param dataDir absolute path; the caller holds its lock
 * @param port on 127.0.0.1; default: a free port
 * @param env more variables of the server, such as `LD_PRELOAD`
 * @throws {LaunchError}
 */
export async function startPostgres(
  dataDir: string,
  log: Logger,
  port?: number,
  life: Life = {},
  env: Record<string, string> = {},
): Promise<Service> {
  const uid = serviceUser();
  let home = dataDir;
  if (uid !== undefined && !(await isEnterable(dataDir))) {
    home = await sideFolder(dataDir);
    log.warn({ dataDir, home }, 'data directory closed to the unprivileged user, using another folder');
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
    env,
  };
  await initialise(instance, home);
  const orphan = await adopt(instance);
  if (orphan) return { ...orphan, adopted: true };
  return { ...(await start(instance, port)), adopted: false };
}

/** Creates the cluster in a temporary folder and renames it: a kill leaves no partial cluster. */
async function initialise(instance: Instance, home: string): Promise<void> {
  const { binaries, data, password, uid } = instance;
  const version = await readFile(join(data, 'PG_VERSION'), 'utf8').catch(() => undefined);
  if (version !== undefined) {
    if (version.trim() !== binaries.major) {
      throw new LaunchError(
        `${data} was created by Postgres ${version.trim()}, but this is Postgres ${binaries.major}.\n` +
          'Use the release of Holdfast that created it, or choose an empty directory with HOLDFAST_DATA_DIR.',
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
    await runInitdb(instance, [
      ['-D', fresh],
      ['-U', USER],
      ['-E', 'UTF8'],
      ['--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C'],
      ['--auth=scram-sha-256', `--pwfile=${passwordFile}`, '--data-checksums'],
    ]);
    await rename(fresh, data);
  } finally {
    await rm(passwordFile, { force: true });
  }
}

async function mkdirOwned(path: string, uid: number | undefined): Promise<void> {
  await mkdir(path, { mode: 0o700 });
  if (uid !== undefined) await chown(path, uid, uid);
}

/** Adopts the postmaster of a killed process if it answers. Removes the pid file of a dead one. */
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
  process.kill(pid, 'SIGCONT'); // it may be suspended
  const url = urlOf(password, port);
  if (await acceptsConnections(known, url, life)) return { url, stop: stopper(known, life) };
  await stopper(known, life)();
  life.signal?.throwIfAborted();
  return undefined;
}

const stopper =
  (known: KnownProcess, { guard }: Life) =>
  async (cut = AbortSignal.timeout(STOP_TIMEOUT_MS)): Promise<void> => {
    await stopProcess(known, 'SIGINT', cut);
    guard?.forget(known.pid);
  };

async function start(instance: Instance, givenPort?: number): Promise<Omit<Service, 'adopted'>> {
  const { life } = instance;
  const { size } = await stat(instance.logFile).catch(() => ({ size: 0 }));
  if (size > LOG_BYTES_MAX) await truncate(instance.logFile);
  for (let attempt = 1; ; attempt += 1) {
    life.signal?.throwIfAborted();
    const port = givenPort ?? (await freePort());
    const child = await launch(instance, port);
    const known = knownProcess(child.pid ?? 0);
    if (known) life.guard?.watch(known.pid, 'SIGINT');
    const url = urlOf(instance.password, port);
    if (known && (await acceptsConnections(known, url, life))) {
      child.unref();
      return { url, stop: stopper(known, life) };
    }
    if (known) await stopProcess(known, 'SIGQUIT', AbortSignal.timeout(ABANDON_TIMEOUT_MS));
    // Retry: another program may have taken the port.
    if (attempt === ATTEMPTS_MAX && !life.signal?.aborted) {
      throw new LaunchError(
        `Postgres did not start. The end of ${instance.logFile}:\n${await logTail(instance.logFile)}\n` +
          'Correct the cause, or set DATABASE_URL to your own Postgres.',
      );
    }
  }
}

async function launch({ binaries, data, logFile, uid, env }: Instance, port: number): Promise<ChildProcess> {
  const output = await open(logFile, 'a', 0o600);
  const settings = {
    port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    // A node has some 20, and a developer or a test runs several at once.
    max_connections: 200,
    shared_buffers: '128MB',
    max_wal_size: '2GB',
  };
  // Detached: Ctrl-C in the terminal must not stop Postgres before the requests are drained.
  const child = spawn(
    binaries.postgres,
    ['-D', data, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    {
      detached: true,
      stdio: ['ignore', output.fd, output.fd],
      env: { PATH: '/usr/bin:/bin', LC_ALL: 'C', ...env },
      cwd: '/',
      ...(uid !== undefined && { uid, gid: uid }),
    },
  );
  child.on('error', () => {});
  await output.close();
  return child;
}

const acceptsConnections = (known: KnownProcess, url: string, { signal }: Life): Promise<boolean> =>
  becomesReady(known, async () => (await tryConnect(url)) === 'ready', {
    timeoutMs: START_TIMEOUT_MS,
    signal,
  });

/** Connects, and creates the database if it is missing. */
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

async function runInitdb({ binaries, uid, life }: Instance, args: string[][]): Promise<void> {
  const { guard, signal } = life;
  signal?.throwIfAborted();
  const child = spawn(binaries.initdb, args.flat(), {
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
      `${binaries.initdb} failed (${code}).\n${stderr.trim()}\n` +
        'Correct the cause, or set DATABASE_URL to your own Postgres.',
    );
  }
}
