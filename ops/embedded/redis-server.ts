/**
 * The program of a Redis (or Valkey). No npm package ships one, so it is looked for on the PATH;
 * nothing is installed.
 */
import { execFile } from 'node:child_process';
import { access, constants, stat } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { LaunchError } from './launch-error.ts';

const MINIMUM = [6, 2];

export const WAYS_OUT =
  'Install one (Debian, Ubuntu: apt-get install redis-server; macOS: brew install redis), or set REDIS_URL to a Redis of your own (6.2 or later).';

export const searchPath = (): string => process.env['PATH'] ?? '';

/**
 * @param path folders, as in PATH
 * @returns where the program is; `undefined` when the machine has none
 * @throws {LaunchError} it is too old, or cannot be run
 */
export async function findRedisServer(path = searchPath()): Promise<string | undefined> {
  // An empty entry stands for the working directory, where nobody has put a Redis for us.
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

/** {@link findRedisServer}, for what makes no sense without one. */
export async function needRedisServer(path = searchPath()): Promise<string> {
  const server = await findRedisServer(path);
  if (server === undefined)
    throw new LaunchError(`There is no redis-server or valkey-server on the PATH.\n${WAYS_OUT}`);
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
    throw new LaunchError(`${server} does not run (${(cause as Error).message.trim()}).\n${WAYS_OUT}`, {
      cause,
    });
  });
  const [major = 0, minor = 0] = (/v=(\d+)\.(\d+)/.exec(stdout)?.slice(1) ?? []).map(Number);
  const [needMajor = 0, needMinor = 0] = MINIMUM;
  if (major < needMajor || (major === needMajor && minor < needMinor)) {
    throw new LaunchError(
      `${server} is version ${major}.${minor}, and Holdfast needs ${MINIMUM.join('.')} or later.\n${WAYS_OUT}`,
    );
  }
}
