/** Runs an embedded Redis or Valkey. It stores nothing on disk: Redis holds no lasting state. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { open, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { freePort } from '../free-port.ts';
import { LaunchError } from '../launch-error.ts';
import { logTail } from '../log-tail.ts';
import type { Life, Service } from '../postgres/postgres.ts';
import { type KnownProcess, becomesReady, isSame, knownProcess, runsAs, stopProcess } from '../process.ts';
import { REMEDY, searchPath } from './redis-server.ts';

const START_TIMEOUT_MS = 10_000;
const STOP_TIMEOUT_MS = 5_000;
const ATTEMPTS_MAX = 3;

/**
 * Starts Redis on a free port of 127.0.0.1 with a random password, or adopts the one of a killed
 * process.
 *
 * @param dataDir absolute path; the caller holds its lock
 * @param server path of the program, from `findRedisServer`
 * @throws {LaunchError}
 */
export async function startRedis(dataDir: string, server: string, life: Life = {}): Promise<Service> {
  const record = join(dataDir, 'redis.json');
  const orphan = await adopt(record, life);
  if (orphan) return { ...orphan, adopted: true };

  const logFile = join(dataDir, 'redis.log');
  for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt += 1) {
    life.signal?.throwIfAborted();
    const { child, url } = await launch(server, logFile);
    const known = knownProcess(child.pid ?? 0);
    if (known) {
      life.guard?.watch(known.pid, 'SIGTERM');
      // Before Redis is ready: if this process is killed now, the next start finds the record.
      await writeFile(record, JSON.stringify({ ...known, url }), { mode: 0o600 });
    }
    if (known && (await answersAs(known, url, life))) {
      child.unref();
      return { url, adopted: false, stop: stopper(known, record, life) };
    }
    if (known) await stopper(known, record, life)(AbortSignal.abort());
  }
  life.signal?.throwIfAborted();
  throw new LaunchError(`Redis did not start. The end of ${logFile}:\n${await logTail(logFile)}\n${REMEDY}`);
}

async function launch(server: string, logFile: string): Promise<{ child: ChildProcess; url: string }> {
  const port = await freePort();
  const password = randomBytes(24).toString('base64url');
  const output = await open(logFile, 'w', 0o600);
  // Pass the settings on standard input: every user could read the password on a command line.
  const child = spawn(server, ['-'], {
    detached: true,
    stdio: ['pipe', output.fd, output.fd],
    cwd: '/',
    env: { PATH: searchPath() },
  });
  child.on('error', () => {});
  child.stdin?.on('error', () => {});
  const settings = [
    'bind 127.0.0.1',
    `port ${port}`,
    `requirepass ${password}`,
    'save ""',
    'appendonly no',
    'maxmemory-policy noeviction',
    'daemonize no',
    '',
  ];
  child.stdin?.end(settings.join('\n'));
  await output.close();
  return { child, url: `redis://:${password}@127.0.0.1:${port}` };
}

/** Waits until the server at the URL is this process, and not another that took the port. */
const answersAs = (known: KnownProcess, url: string, { signal }: Life): Promise<boolean> =>
  becomesReady(known, async () => (await processAt(url)) === known.pid, {
    timeoutMs: START_TIMEOUT_MS,
    signal,
  });

const stopper =
  (known: KnownProcess, record: string, { guard }: Life) =>
  async (cut = AbortSignal.timeout(STOP_TIMEOUT_MS)): Promise<void> => {
    await stopProcess(known, 'SIGTERM', cut);
    guard?.forget(known.pid);
    await rm(record, { force: true });
  };

/** Adopts the Redis of a killed process if it answers, and stops it otherwise. */
async function adopt(record: string, life: Life): Promise<Omit<Service, 'adopted'> | undefined> {
  const orphan = await orphanIn(record);
  if (orphan) {
    const { known, url } = orphan;
    const stop = stopper(known, record, life);
    process.kill(known.pid, 'SIGCONT'); // it may be suspended
    if ((await processAt(url)) === known.pid) {
      life.guard?.watch(known.pid, 'SIGTERM');
      return { url, stop };
    }
    await stop(AbortSignal.timeout(STOP_TIMEOUT_MS));
  }
  await rm(record, { force: true });
  return undefined;
}

/** The process of the record, if it still runs. Redis shows its address in its command line. */
async function orphanIn(record: string): Promise<{ known: KnownProcess; url: string } | undefined> {
  try {
    const { pid, born, url } = JSON.parse(await readFile(record, 'utf8')) as KnownProcess & { url: string };
    const known = { pid, born };
    return isSame(known) && runsAs(pid, new URL(url).host) ? { known, url } : undefined;
  } catch {
    return undefined; // no record, or an unreadable one
  }
}

/** The pid of the Redis that answers at a URL; `undefined` without an answer. */
async function processAt(url: string): Promise<number | undefined> {
  const redis = new Redis(url, {
    lazyConnect: true,
    retryStrategy: () => null,
    connectTimeout: 1_000,
    commandTimeout: 1_000,
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
