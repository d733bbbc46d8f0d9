/**
 * The program of a Redis (or Valkey). No npm package ships one, so it is looked for on the PATH and, for root on Debian, installed.
 */
import { execFile } from 'node:child_process';
import { access, constants, rm, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import type { Logger } from '../../logger.ts';
import { LaunchError } from './launch-error.ts';

const MINIMUM = [6, 2];

export const WAYS_OUT =
  'Install it (Debian, Ubuntu: apt-get install redis-server; macOS: brew install redis), or set REDIS_URL to a Redis of your own (6.2 or later).';

/** What the machine has; handed in by tests. */
export interface Machine {
  path: string;
  isRoot: boolean;
}

export const thisMachine = (): Machine => ({
  path: process.env['PATH'] ?? '',
  isRoot: process.getuid?.() === 0,
});

/**
 * @returns where the program is; its version will do
 * @throws {LaunchError}
 */
export async function redisServer(machine: Machine, log: Logger): Promise<string> {
  const server = (await findServer(machine.path)) ?? (await install(machine, log));
  await checkVersion(server);
  return server;
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
