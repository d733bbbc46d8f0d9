/** The data directory: made, checked, and held by one process at a time. */
import { hash } from 'node:crypto';
import { access, constants, mkdir, realpath, rm } from 'node:fs/promises';
import { type Server, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { LaunchError } from './launch-error.ts';

/**
 * Makes the directory if need be.
 *
 * @returns its real path
 * @throws {LaunchError} when it cannot be written to
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
        'Make it writable for this user, choose another one with HOLDFAST_DATA_DIR, or set DATABASE_URL and REDIS_URL to services of your own.',
      { cause: error },
    );
  }
}

/** How long the end of services that a killed process left is waited for, in ms. */
const ENDING_MS = 15_000;
const LOOK_AGAIN_MS = 50;
const ENDING = 'ending';

/**
 * Takes the directory for this process. The lock is a socket that is being listened on: it goes with the process, however
 * that ends, so it can be neither stale nor mistaken for that of another process with the same number.
 *
 * @param ending whether it is taken only to end the services that a killed process left: a start waits for that
 * @returns lets go
 * @throws {LaunchError} naming the process that holds it
 */
export async function lockDataDir(
  dataDir: string,
  { ending = false, signal }: { ending?: boolean; signal?: AbortSignal | undefined } = {},
): Promise<() => Promise<void>> {
  const name = `holdfast-${hash('sha256', dataDir).slice(0, 16)}`;
  const path = pathOf(name);
  const deadline = performance.now() + ENDING_MS;
  for (let attempt = 0; attempt < 5;) {
    signal?.throwIfAborted();
    const server = await listen(path, ending ? ENDING : String(process.pid));
    if (server) {
      return () => new Promise((resolve) => server.close(() => resolve()));
    }
    const holder = await askHolder(path);
    if (holder === ENDING && !ending && performance.now() < deadline) {
      await delay(LOOK_AGAIN_MS);
      continue;
    }
    if (holder !== undefined) {
      throw new LaunchError(
        `Another Holdfast (process ${holder}) is running on the data directory ${dataDir}.\n` +
          'Stop it first, or choose another directory with HOLDFAST_DATA_DIR.',
      );
    }
    attempt += 1;
    if (process.platform === 'linux') await delay(LOOK_AGAIN_MS); // it let go in between
    else await rm(path, { force: true }); // left by a process that was killed
  }
  throw new LaunchError(`The data directory ${dataDir} could not be locked through ${path}.`);
}

/**
 * On Linux a name without a file, which leaves nothing behind. Elsewhere not in the directory
 * itself: the path of a socket may have about a hundred bytes at most.
 */
function pathOf(name: string): string {
  if (process.platform === 'linux') return `\0${name}`;
  return process.platform === 'win32' ? `\\\\.\\pipe\\${name}` : join(tmpdir(), `${name}.sock`);
}

function listen(path: string, says: string): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => {
      socket.on('error', () => {});
      socket.end(says);
    });
    server.unref();
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(undefined) : reject(error),
    );
    server.listen(path, () => resolve(server));
  });
}

/** The process behind the socket, or `undefined` when nobody listens. */
function askHolder(path: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect(path);
    let pid = '';
    socket.setEncoding('utf8');
    socket.setTimeout(2_000, () => {
      socket.destroy();
      resolve('unknown');
    });
    socket.on('data', (chunk: string) => {
      pid += chunk;
    });
    socket.on('end', () => resolve(pid));
    socket.on('error', () => resolve(undefined));
  });
}
