/** The Redis of the tests: from the PATH or, for root on Debian, installed. Only tests install. */
import { execFile } from 'node:child_process';
import { access, constants, rm, writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { LaunchError } from '../../../ops/embedded/launch-error.ts';
import { findRedisServer, needRedisServer } from '../../../ops/embedded/redis/redis-server.ts';

/** Another package manager has this long to finish. */
const LOCK_SECONDS = 600;
const LOCK_HELD = /Could not get lock|Unable to (?:lock|acquire)/;

export interface Machine {
  path: string;
  isRoot: boolean;
  aptGet: string;
  /** This file stops Debian from starting the service on the usual port. */
  policy: string;
  say: (text: string) => void;
  /**
   * Milliseconds between two attempts to get the lock of the package lists, which apt-get does not
   * wait for.
   */
  pause: number;
}

const thisMachine = (): Machine => ({
  path: process.env['PATH'] ?? '',
  isRoot: process.getuid?.() === 0,
  aptGet: '/usr/bin/apt-get',
  policy: '/usr/sbin/policy-rc.d',
  say: (text) => process.stderr.write(`${text}\n`),
  pause: 2_000,
});

/** @throws {LaunchError} there is no Redis, and its installation failed */
export async function redisForTests(machine = thisMachine()): Promise<string> {
  const { path, isRoot, aptGet, say } = machine;
  const found = await findRedisServer(path);
  if (found !== undefined) return found;
  const apt = await access(aptGet, constants.X_OK).then(
    () => true,
    () => false,
  );
  if (!isRoot || !apt) return needRedisServer(path);
  say(
    'The tests need a real Redis, and there is none on the PATH: installing it with apt-get install redis-server.',
  );
  await install(machine);
  return needRedisServer(path);
}

async function install({ path, aptGet, policy, say, pause }: Machine): Promise<void> {
  const env = { PATH: path, DEBIAN_FRONTEND: 'noninteractive' };
  const deadline = performance.now() + LOCK_SECONDS * 1_000;
  async function run(...args: string[]): Promise<void> {
    const waiting = ['-o', `DPkg::Lock::Timeout=${LOCK_SECONDS}`];
    for (let isReported = false; ; await delay(pause)) {
      try {
        await promisify(execFile)(aptGet, [...waiting, ...args], { env });
        return;
      } catch (error) {
        const { stderr = '' } = error as { stderr?: string };
        if (!LOCK_HELD.test(stderr) || performance.now() > deadline) throw error;
        if (!isReported) say('Another program holds the lock of apt-get; waiting for it.');
        isReported = true;
      }
    }
  }
  const ours = await writeFile(policy, '#!/bin/sh\nexit 101\n', { flag: 'wx', mode: 0o755 }).then(
    () => true,
    () => false,
  );
  try {
    await run('update', '-q').catch(() => {}); // the present lists may be enough
    await run('install', '-y', '-q', '--no-install-recommends', 'redis-server');
  } catch (cause) {
    const { stderr = '', message } = cause as Error & { stderr?: string };
    throw new LaunchError(`apt-get could not install redis-server.\n${stderr.trim() || message}`, { cause });
  } finally {
    if (ours) await rm(policy, { force: true });
  }
}
