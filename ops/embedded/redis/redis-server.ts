/**
 * Finds redis-server or valkey-server on the PATH. No npm package has one; nothing is installed.
 */
import { execFile } from 'node:child_process';
import { access, constants, stat } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { LaunchError } from '../launch-error.ts';

const VERSION_MIN = [6, 2];

export const REMEDY =
  'Install it (Debian, Ubuntu: apt-get install redis-server; macOS: brew install redis), ' +
  'or set REDIS_URL to your own Redis (6.2 or later).';

export const searchPath = (): string => process.env['PATH'] ?? '';

/**
 * @param path folders, as in PATH
 * @returns path of the program; `undefined` if there is none
 * @throws {LaunchError} the program is too old, or does not run
 */
export async function findRedisServer(path = searchPath()): Promise<string | undefined> {
  // An empty entry means the working directory: skip it.
  const folders = path.split(delimiter).filter((folder) => folder !== '');
  for (const name of ['valkey-server', 'redis-server']) {
    for (const folder of folders) {
      const file = join(folder, name);
      if (!(await isProgram(file))) continue;
      await checkVersion(file);
      return file;
    }
  }
  return undefined;
}

/** {@link findRedisServer} for callers that need one. @throws {LaunchError} there is none */
export async function needRedisServer(path = searchPath()): Promise<string> {
  const server = await findRedisServer(path);
  if (server === undefined) throw new LaunchError(`No redis-server or valkey-server on the PATH.\n${REMEDY}`);
  return server;
}

async function isProgram(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return (await stat(file)).isFile();
  } catch {
    return false;
  }
}

async function checkVersion(server: string): Promise<void> {
  const { stdout } = await promisify(execFile)(server, ['--version']).catch((cause: unknown) => {
    throw new LaunchError(`${server} does not run (${(cause as Error).message.trim()}).\n${REMEDY}`, {
      cause,
    });
  });
  const [major = 0, minor = 0] = (/v=(\d+)\.(\d+)/.exec(stdout)?.slice(1) ?? []).map(Number);
  const [needMajor = 0, needMinor = 0] = VERSION_MIN;
  if (major < needMajor || (major === needMajor && minor < needMinor)) {
    throw new LaunchError(
      `${server} is version ${major}.${minor}, but Holdfast needs ${VERSION_MIN.join('.')} or later.\n${REMEDY}`,
    );
  }
}
