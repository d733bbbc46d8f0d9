/** The README requires Node 20 or later: `npm ci` on Node 20 warns of no package. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';

test('no package in the lock file requires a newer Node than npm may run on', async () => {
  const cwd = fileURLToPath(new URL('../../', import.meta.url));
  await expect(
    promisify(execFile)(process.execPath, ['ops/lock.ts', '--check'], { cwd }),
  ).resolves.toMatchObject({ stderr: '' });
});
