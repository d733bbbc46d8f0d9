/** The product runs with all guards: only the load test replaces one. */
import { readFile, readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const PRODUCT = [
  'api',
  'command-line',
  'ops',
  'platform',
  'process',
  'remote',
  'main.ts',
  'cli.ts',
  'holdfast.js',
];

async function sourcesOf(path: string): Promise<string[]> {
  if (/\.[jt]s$/.test(path)) return [path];
  const names = await readdir(join(ROOT, path), { recursive: true });
  return names.filter((name) => name.endsWith('.ts')).map((name) => join(path, name));
}

test('no part of the product sets replaceGuards', async () => {
  const files = (await Promise.all(PRODUCT.map(sourcesOf))).flat();
  const naming: string[] = [];
  for (const file of files) {
    if ((await readFile(join(ROOT, file), 'utf8')).includes('replaceGuards')) naming.push(file);
  }
  // The seam itself, and startNode, which passes the argument on.
  expect(naming.sort()).toEqual(['api/start.ts', 'process/node.ts']);
});
