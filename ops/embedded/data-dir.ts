/** The data directory: made, checked, and held by one process at a time. */
import { hash } from 'node:crypto';
import { access, constants, mkdir, realpath, rm } from 'node:fs/promises';
import { type Server, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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

/**
 * Takes the directory for this process. The lock is a socket that is being listened on: it goes with the process, however
 * that ends, so it can be neither stale nor mistaken for that of another process with the same number.
 *
 * @returns lets go
 * @throws {LaunchError} naming the process that holds it
 */
export async function lockDataDir(dataDir: string): Promise<() => Promise<void>> {
  // Not in the directory itself: the path of a socket may have about a hundred bytes at most.
  const name = `holdfast-${hash('sha256', dataDir).slice(0, 16)}`;
  const path = process.platform === 'win32' ? `\\\\.\\pipe\\${name}` : join(tmpdir(), `${name}.sock`);
  for (let attempt = 0; attempt < 5; attempt += 1) {
    const server = await listen(path);
    if (server) {
      return () => new Promise((resolve) => server.close(() => resolve()));
    }
    const holder = await askHolder(path);
    if (holder !== undefined) {
      throw new LaunchError(
        `Another Holdfast (process ${holder}) is running on the data directory ${dataDir}.\n` +
          'Stop it first, or choose another directory with HOLDFAST_DATA_DIR.',
      );
    }
    await rm(path, { force: true }); // left by a process that was killed
  }
  throw new LaunchError(`The data directory ${dataDir} could not be locked through ${path}.`);
}

function listen(path: string): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => {
      socket.on('error', () => {});
      socket.end(String(process.pid));
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
