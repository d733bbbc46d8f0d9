/**
 * "Node 20 or later with npm is all that a machine needs": npm ci has nothing to say of any package
 * there.
 */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';

test('no package in the lock file asks for more than the oldest Node that may run npm', async () => {
  const cwd = fileURLToPath(new URL('../../', import.meta.url));
  await expect(
    promisify(execFile)(process.execPath, ['ops/lock.ts', '--check'], { cwd }),
  ).resolves.toMatchObject({ stderr: '' });
});
