/** `npm run release` without `--apply`. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import { ROOT } from './empty-project.ts';

test('a dry run lists both packages, and changes nothing', async () => {
  const before = await readFile(join(ROOT, 'CHANGELOG.md'), 'utf8');
  const args = ['packages/release.ts', '7.0.0'];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: ROOT });
  expect(stdout).toMatch(/^Release 7\.0\.0\n/);
  expect(stdout).toMatch(/\nholdfast: holdfast-\d\S+\.tgz, \d+ KiB packed, \d+ KiB unpacked, \d+ files\n/);
  expect(stdout).toMatch(/\n@holdfast\/client: holdfast-client-\d\S+\.tgz, \d+ KiB packed/);
  expect(stdout).toContain('Nothing was changed.');
  expect(await readFile(join(ROOT, 'CHANGELOG.md'), 'utf8')).toBe(before);
});
