/**
 * Only tests install a Redis. Each test has a simulated machine, whose apt-get records its
 * arguments.
 */
import { access, chmod, mkdtemp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type Machine, redisForTests } from '../../setup/processes/redis.ts';

const GOOD = '#!/bin/sh\necho "Valkey server v=8.0.1 sha=0"\n';
let folder: string;
let bin: string;
let said: string[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-apt-'));
  await chmod(folder, 0o755);
  bin = join(folder, 'bin');
  await mkdir(bin);
  said = [];
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const asked = async () => (await readFile(join(folder, 'asked'), 'utf8').catch(() => '')).trim().split('\n');

/** @param script of apt-get, after it has recorded its arguments; `$n` is the number of the call */
async function machine(script: string, isRoot = true): Promise<Machine> {
  const aptGet = join(folder, 'apt-get');
  const note = `echo "$*" >> ${folder}/asked\nn=$(/usr/bin/wc -l < ${folder}/asked)`;
  await writeFile(aptGet, `#!/bin/sh\n${note}\n${script}\n`, { mode: 0o755 });
  const policy = join(folder, 'policy');
  return { path: bin, isRoot, aptGet, policy, say: (text) => said.push(text), pause: 1 };
}
const installs = `case "$*" in *install*) printf '${GOOD.replaceAll('\n', '\\n')}' > ${'$BIN'}/valkey-server; /bin/chmod 755 ${'$BIN'}/valkey-server;; esac`;
const installing = () => installs.replaceAll('$BIN', bin);

describe('a machine without Redis', () => {
  test('gets one from apt-get, which waits for the lock, after a message', async () => {
    expect(await redisForTests(await machine(installing()))).toBe(join(bin, 'valkey-server'));
    expect(said).toEqual([expect.stringContaining('apt-get install redis-server')]);
    expect(await asked()).toEqual([
      '-o DPkg::Lock::Timeout=600 update -q',
      '-o DPkg::Lock::Timeout=600 install -y -q --no-install-recommends redis-server',
    ]);
    // Debian did not start a Redis service, and may start other services again.
    await expect(access(join(folder, 'policy'))).rejects.toThrow('ENOENT');
  });

  test('waits for the lock of the package lists too', async () => {
    const held = `[ $n -gt 3 ] || { echo 'E: Could not get lock /var/lib/apt/lists/lock' >&2; exit 100; }`;
    await redisForTests(await machine(`${held}\n${installing()}`));
    expect((await asked()).map((line) => line.split(' ')[2])).toEqual([
      'update',
      'update',
      'update',
      'update',
      'install',
    ]);
    expect(said).toEqual([expect.any(String), expect.stringContaining('Another program holds the lock')]);
  });

  test('without such a package reports the message of apt-get', async () => {
    const failing = machine(`echo 'E: Unable to locate package redis-server' >&2; exit 100`);
    await expect(redisForTests(await failing)).rejects.toThrow(
      'apt-get could not install redis-server.\nE: Unable to locate package redis-server',
    );
  });

  test('and without root is not changed', async () => {
    await expect(redisForTests(await machine(installing(), false))).rejects.toThrow(
      'No redis-server or valkey-server on the PATH',
    );
    expect(await asked()).toEqual(['']);
  });
});

test('a machine with Redis is not changed', async () => {
  await writeFile(join(bin, 'redis-server'), GOOD, { mode: 0o755 });
  expect(await redisForTests(await machine(installing()))).toBe(join(bin, 'redis-server'));
  expect([await asked(), said]).toEqual([[''], []]);
});
