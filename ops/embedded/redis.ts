/**
 * A real Redis (or Valkey) for development and tests. No npm package ships one, so it is looked for on the PATH and, for root on
 * Debian, installed. It keeps nothing on disk: Redis holds nothing that matters.
 */
import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { access, constants, open, readFile, rm, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Redis } from 'ioredis';
import type { Logger } from '../../logger.ts';
import { freePort } from './free-port.ts';
import { LaunchError } from './launch-error.ts';
import { logTail } from './log-tail.ts';
import type { Service } from './postgres.ts';
import { isAlive, stopProcess } from './process.ts';

const MINIMUM = [6, 2];
const START_TIMEOUT = 10_000;
const STOP_TIMEOUT = 5_000;

const WAYS_OUT =
  'Install it (Debian, Ubuntu: apt-get install redis-server; macOS: brew install redis), or set REDIS_URL to a Redis of your own (6.2 or later).';

/** What the machine has; handed in by tests. */
export interface Machine {
  path: string;
  isRoot: boolean;
}

/**
 * Starts Redis on a free port of 127.0.0.1, behind a random password, or takes over the one that a killed process left running.
 *
 * @param dataDir absolute; locked by the caller
 * @throws {LaunchError}
 */
export async function startRedis(dataDir: string, log: Logger, machine = thisMachine()): Promise<Service> {
  const record = join(dataDir, 'redis.json');
  const orphan = await adopt(record);
  if (orphan) return { ...orphan, adopted: true };

  const server = (await findServer(machine.path)) ?? (await install(machine, log));
  await checkVersion(server);
  const logFile = join(dataDir, 'redis.log');
  for (let attempt = 1; attempt <= 3; attempt += 1) {
    const port = await freePort();
    const password = randomBytes(24).toString('base64url');
    const output = await open(logFile, 'w', 0o600);
    // The settings go in by standard input: on the command line, everyone could read the password.
    const child = spawn(server, ['-'], {
      detached: true,
      stdio: ['pipe', output.fd, output.fd],
      cwd: '/',
      env: { PATH: machine.path },
    });
    child.on('error', () => {});
    child.stdin?.on('error', () => {});
    child.stdin?.end(
      `bind 127.0.0.1\nport ${port}\nrequirepass ${password}\nsave ""\nappendonly no\nmaxmemory-policy noeviction\ndaemonize no\n`,
    );
    await output.close();
    const url = `redis://:${password}@127.0.0.1:${port}`;
    const deadline = performance.now() + START_TIMEOUT;
    while (
      performance.now() < deadline &&
      child.exitCode === null &&
      child.signalCode === null &&
      child.pid !== undefined
    ) {
      if ((await processAt(url)) === child.pid) {
        const { pid } = child;
        child.unref();
        await writeFile(record, JSON.stringify({ pid, url }), { mode: 0o600 });
        return { url, adopted: false, stop: () => stop(pid, record) };
      }
      await delay(20);
    }
    child.kill('SIGKILL');
  }
  throw new LaunchError(
    `Redis did not start. The end of ${logFile}:\n${await logTail(logFile)}\n${WAYS_OUT}`,
  );
}

const thisMachine = (): Machine => ({ path: process.env['PATH'] ?? '', isRoot: process.getuid?.() === 0 });

async function stop(pid: number, record: string): Promise<void> {
  await stopProcess(pid, 'SIGTERM', STOP_TIMEOUT);
  await rm(record, { force: true });
}

async function adopt(record: string): Promise<Omit<Service, 'adopted'> | undefined> {
  try {
    const { pid, url } = JSON.parse(await readFile(record, 'utf8')) as { pid: number; url: string };
    if (isAlive(pid) && (await processAt(url)) === pid) return { url, stop: () => stop(pid, record) };
  } catch {
    // no record, or none that can be read: there is nothing to take over
  }
  await rm(record, { force: true });
  return undefined;
}

/** The process number of the server that answers at an address with this password. */
async function processAt(url: string): Promise<number | undefined> {
  const redis = new Redis(url, {
    lazyConnect: true,
    retryStrategy: () => null,
    connectTimeout: 1_000,
    maxRetriesPerRequest: 0,
  });
  redis.on('error', () => {});
  try {
    await redis.connect();
    return Number(/^process_id:(\d+)/m.exec(await redis.info('server'))?.[1]);
  } catch {
    return undefined;
  } finally {
    redis.disconnect();
  }
}

async function findServer(path: string): Promise<string | undefined> {
  for (const name of ['valkey-server', 'redis-server']) {
    for (const folder of path.split(delimiter)) {
      const file = join(folder, name);
      if (
        await access(file, constants.X_OK).then(
          () => true,
          () => false,
        )
      )
        return file;
    }
  }
  return undefined;
}

async function install({ path, isRoot }: Machine, log: Logger): Promise<string> {
  const refuse = (why: string) => new LaunchError(`There is no Redis on this machine${why}.\n${WAYS_OUT}`);
  const apt = await access('/usr/bin/apt-get', constants.X_OK).then(
    () => true,
    () => false,
  );
  if (!isRoot || !apt) throw refuse('');
  log.info('there is no Redis on this machine: apt-get install redis-server');
  const policy = '/usr/sbin/policy-rc.d';
  // Debian would start the service as well, on Redis' own port; ours is enough.
  const ours = await writeFile(policy, '#!/bin/sh\nexit 101\n', { flag: 'wx', mode: 0o755 }).then(
    () => true,
    () => false,
  );
  const env = { PATH: path, DEBIAN_FRONTEND: 'noninteractive' };
  try {
    await promisify(execFile)('/usr/bin/apt-get', ['update', '-q'], { env }).catch(() => {});
    await promisify(execFile)(
      '/usr/bin/apt-get',
      ['install', '-y', '-q', '--no-install-recommends', 'redis-server'],
      { env },
    );
  } catch (error) {
    throw new LaunchError(refuse(', and apt-get could not install it').message, { cause: error });
  } finally {
    if (ours) await rm(policy, { force: true });
  }
  const server = await findServer(path);
  if (server === undefined) throw refuse(', even after apt-get installed it');
  return server;
}

async function checkVersion(server: string): Promise<void> {
  const { stdout } = await promisify(execFile)(server, ['--version']).catch(() => ({ stdout: '' }));
  const [major = 0, minor = 0] = (/v=(\d+)\.(\d+)/.exec(stdout)?.slice(1) ?? []).map(Number);
  const [needMajor = 0, needMinor = 0] = MINIMUM;
  if (major < needMajor || (major === needMajor && minor < needMinor)) {
    throw new LaunchError(
      `${server} is version ${major}.${minor}, and Holdfast needs ${MINIMUM.join('.')} or later.\n${WAYS_OUT}`,
    );
  }
}
