/** Creates the data directory, and locks it for one process. */
import { hash } from 'node:crypto';
import { access, constants, mkdir, realpath, rm } from 'node:fs/promises';
import { type Server, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { LaunchError } from './launch-error.ts';

/**
 * Creates the directory if it is missing.
 *
 * @returns its real path
 * @throws {LaunchError} it is not writable
 */
export async function prepareDataDir(path: string): Promise<string> {
  try {
    await mkdir(path, { recursive: true, mode: 0o755 });
    await access(path, constants.W_OK | constants.X_OK);
    return await realpath(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new LaunchError(
      `The data directory ${path} cannot be written to (${code}).\n` +
        'Make it writable for this user, or choose another directory with HOLDFAST_DATA_DIR, ' +
        'or set DATABASE_URL and REDIS_URL to your own services.',
      { cause: error },
    );
  }
}

/** Longest wait while a guard stops the services of a killed process. */
const GUARD_WAIT_MS_MAX = 15_000;
const RETRY_INTERVAL_MS = 50;
const ATTEMPTS_MAX = 5;
const ANSWER_TIMEOUT_MS = 2_000;
/** Answer of a guard that holds the lock. Otherwise the answer is the pid of the server. */
const ENDING = 'ending';

/**
 * Locks the directory for this process. The lock is a listening socket: it ends with the process,
 * so it cannot become stale, and no other process with the same pid can pass for the holder.
 *
 * @param ending whether a guard takes the lock to stop the services of a killed process; a start
 *   waits for it
 * @returns a function that releases the lock
 * @throws {LaunchError} another process holds the lock; the message has its pid
 */
export async function lockDataDir(
  dataDir: string,
  { ending = false, signal }: { ending?: boolean; signal?: AbortSignal | undefined } = {},
): Promise<() => Promise<void>> {
  const name = `holdfast-${hash('sha256', dataDir).slice(0, 16)}`;
  const path = pathOf(name);
  const deadline = performance.now() + GUARD_WAIT_MS_MAX;
  for (let attempt = 0; attempt < ATTEMPTS_MAX;) {
    signal?.throwIfAborted();
    const server = await listen(path, ending ? ENDING : String(process.pid));
    if (server) {
      return () => new Promise((resolve) => server.close(() => resolve()));
    }
    const holder = await askHolder(path);
    if (holder === ENDING && !ending && performance.now() < deadline) {
      await delay(RETRY_INTERVAL_MS);
      continue;
    }
    if (holder !== undefined) {
      throw new LaunchError(
        `Another Holdfast (process ${holder}) is running on the data directory ${dataDir}.\n` +
          'Stop it first, or choose another directory with HOLDFAST_DATA_DIR.',
      );
    }
    attempt += 1;
    if (process.platform === 'linux') await delay(RETRY_INTERVAL_MS); // the holder has just released it
    else await rm(path, { force: true }); // the file of a killed process
  }
  throw new LaunchError(`The data directory ${dataDir} could not be locked through ${path}.`);
}

/**
 * On Linux an abstract socket, which has no file. Elsewhere a file in the temporary directory,
 * because the path of a socket is limited to about 100 bytes.
 */
function pathOf(name: string): string {
  if (process.platform === 'linux') return `\0${name}`;
  return process.platform === 'win32' ? `\\\\.\\pipe\\${name}` : join(tmpdir(), `${name}.sock`);
}

/** @param answer sent to each client @returns `undefined` if another process listens */
function listen(path: string, answer: string): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => {
      socket.on('error', () => {});
      socket.end(answer);
    });
    server.unref();
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(undefined) : reject(error),
    );
    server.listen(path, () => resolve(server));
  });
}

/** The pid of the holder, {@link ENDING}, or `unknown`; `undefined` if no process listens. */
function askHolder(path: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect(path);
    let answer = '';
    socket.setEncoding('utf8');
    socket.setTimeout(ANSWER_TIMEOUT_MS, () => {
      socket.destroy();
      resolve('unknown');
    });
    socket.on('data', (chunk: string) => {
      answer += chunk;
    });
    socket.on('end', () => resolve(answer));
    socket.on('error', () => resolve(undefined));
  });
}
