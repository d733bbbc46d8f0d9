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
import type { Service } from './postgres.ts';
import { isAlive, stopProcess } from './process.ts';
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
export async function startRedis(dataDir: string, server: string): Promise<Service> {
  const record = join(dataDir, 'redis.json');
  const orphan = await adopt(record);
  if (orphan) return { ...orphan, adopted: true };

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
      env: { PATH: searchPath() },
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
