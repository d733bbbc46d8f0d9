/** A real Redis (or Valkey) for development and tests. It keeps nothing on disk: Redis holds nothing that matters. */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { open, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { freePort } from './free-port.ts';
import { LaunchError } from './launch-error.ts';
import { logTail } from './log-tail.ts';
import type { Life, Service } from './postgres.ts';
import { type KnownProcess, isSame, knownProcess, runsAs, stopProcess } from './process.ts';
import { WAYS_OUT, searchPath } from './redis-server.ts';

const START_TIMEOUT = 10_000;
const STOP_TIMEOUT = 5_000;

/**
 * Starts Redis on a free port of 127.0.0.1, behind a random password, or takes over the one that a killed process left running.
 *
 * @param dataDir absolute; locked by the caller
 * @param server the program, as `findRedisServer` has it
 * @throws {LaunchError}
 */
export async function startRedis(dataDir: string, server: string, life: Life = {}): Promise<Service> {
  const record = join(dataDir, 'redis.json');
  const orphan = await adopt(record, life);
  if (orphan) return { ...orphan, adopted: true };

  const logFile = join(dataDir, 'redis.log');
  for (let attempt = 1; attempt <= 3; attempt += 1) {
    life.signal?.throwIfAborted();
    const port = await freePort();
    const password = randomBytes(24).toString('base64url');
    const output = await open(logFile, 'w', 0o600);
    // The settings go in by standard input: on the command line, everyone could read the password.
    const child = spawn(server, ['-'], {
      detached: true,
      stdio: ['pipe', output.fd, output.fd],
      cwd: '/',
      env: { PATH: searchPath() },
    });
    child.on('error', () => {});
    child.stdin?.on('error', () => {});
    child.stdin?.end(
      `bind 127.0.0.1\nport ${port}\nrequirepass ${password}\nsave ""\nappendonly no\nmaxmemory-policy noeviction\ndaemonize no\n`,
    );
    await output.close();
    const url = `redis://:${password}@127.0.0.1:${port}`;
    const known = knownProcess(child.pid ?? 0);
    if (known) {
      life.guard?.watch(known.pid, 'SIGTERM');
      // Before it is ready: a start that is killed meanwhile leaves nothing that the next one does
      // not know.
      await writeFile(record, JSON.stringify({ ...known, url }), { mode: 0o600 });
    }
    const deadline = performance.now() + START_TIMEOUT;
    while (
      performance.now() < deadline &&
      child.exitCode === null &&
      child.signalCode === null &&
      known !== undefined &&
      !life.signal?.aborted
    ) {
      if ((await processAt(url)) === known.pid) {
        child.unref();
        return { url, adopted: false, stop: stopper(known, record, life) };
      }
      await delay(20);
    }
    if (known) await stopper(known, record, life)(AbortSignal.abort());
  }
  life.signal?.throwIfAborted();
  throw new LaunchError(
    `Redis did not start. The end of ${logFile}:\n${await logTail(logFile)}\n${WAYS_OUT}`,
  );
}

const stopper =
  (known: KnownProcess, record: string, { guard }: Life) =>
  async (cut = AbortSignal.timeout(STOP_TIMEOUT)): Promise<void> => {
    await stopProcess(known, 'SIGTERM', cut);
    guard?.forget(known.pid);
    await rm(record, { force: true });
  };

/** The one that a killed process left behind, if it answers; one that does not is ended. */
async function adopt(record: string, life: Life): Promise<Omit<Service, 'adopted'> | undefined> {
  const left = await leftBy(record);
  if (left) {
    const { known, url } = left;
    const stop = stopper(known, record, life);
    process.kill(known.pid, 'SIGCONT'); // in case that somebody has stopped it
    if ((await processAt(url)) === known.pid) {
      life.guard?.watch(known.pid, 'SIGTERM');
      return { url, stop };
    }
    await stop(AbortSignal.timeout(STOP_TIMEOUT));
  }
  await rm(record, { force: true });
  return undefined;
}

/**
 * The process of the record, if it still runs and is the same: a server shows its address where its
 * name stands.
 */
async function leftBy(record: string): Promise<{ known: KnownProcess; url: string } | undefined> {
  try {
    const { pid, born, url } = JSON.parse(await readFile(record, 'utf8')) as KnownProcess & { url: string };
    const known = { pid, born };
    return isSame(known) && runsAs(pid, new URL(url).host) ? { known, url } : undefined;
  } catch {
    return undefined; // no record, or none that can be read: there is nothing to take over
  }
}

/** The process number of the server that answers at an address with this password. */
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
