/** The Markdown pages of the root and of docs/, by path. */
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

const names = [
  ...(await readdir(ROOT)),
  ...(await readdir(join(ROOT, 'docs'))).map((file) => `docs/${file}`),
].filter((name) => name.endsWith('.md'));

export const PAGES: ReadonlyMap<string, string> = new Map(
  await Promise.all(names.map(async (name) => [name, await readFile(join(ROOT, name), 'utf8')] as const)),
);
