/** Tools are installed when they are first needed, from their lock file. Needs the npm registry. */
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { install } from '../../../tools/install.ts';

/** A package of a few bytes, which the lock file of the repository names too. */
const PACKAGE = 'empty-npm-package';
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-tool-'));
  const ours = JSON.parse(await readFile(new URL('../../../package-lock.json', import.meta.url), 'utf8'));
  const { version, integrity } = ours.packages['node_modules/@scarf/scarf'];
  const manifest = { name: 'tool', dependencies: { [PACKAGE]: version } };
  const packages = { '': manifest, [`node_modules/${PACKAGE}`]: { version, integrity } };
  await writeFile(join(folder, 'package.json'), JSON.stringify(manifest));
  await writeFile(join(folder, 'package-lock.json'), JSON.stringify({ lockfileVersion: 3, packages }));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('several that need a tool at once all get it; afterwards nothing is installed', async () => {
  const said: string[] = [];
  await Promise.all([1, 2, 3].map(() => install(folder, (text) => said.push(text))));
  expect(said).toEqual(Array.from({ length: 3 }, () => `Installing the packages of ${folder}`));
  expect(await readdir(join(folder, 'node_modules'))).toEqual(['.package-lock.json', PACKAGE]);
  await install(folder, (text) => said.push(text));
  expect(said).toHaveLength(3);
});

test('a failure of npm names the folder and the reason, and leaves nothing', async () => {
  await writeFile(join(folder, 'package.json'), JSON.stringify({ dependencies: { [PACKAGE]: '0.0.1' } }));
  const failure = install(folder, () => {});
  await expect(failure).rejects.toThrow(`npm ci failed for ${folder}. It needs the npm registry.`);
  await expect(failure).rejects.toThrow('npm error');
  expect(await readdir(folder)).toEqual(['package-lock.json', 'package.json']);
});
