/** What the documentation points at is there: files of the repository, and headings of other pages. */
import { readFile, readdir, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const PAGES = [
  'README.md',
  ...(await readdir(join(ROOT, 'docs'), { recursive: true }))
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name)),
];

/** As GitHub makes the names of headings. */
const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .trim()
    .replaceAll(' ', '-');

test.each(PAGES)('%s', async (page) => {
  const text = await readFile(join(ROOT, page), 'utf8');
  const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link!);
  const dead: string[] = [];
  for (const link of links.filter((each) => !/^[a-z]+:/.test(each))) {
    const [path = '', anchor] = link.split('#');
    const file = path === '' ? join(ROOT, page) : resolve(ROOT, dirname(page), path);
    const there = await stat(file).catch(() => undefined);
    if (there === undefined) dead.push(link);
    else if (anchor !== undefined && there.isFile()) {
      const headings = [...(await readFile(file, 'utf8')).matchAll(/^#+ (.+)$/gm)];
      if (!headings.some(([, heading]) => anchorOf(heading!) === anchor)) dead.push(link);
    }
  }
  expect(dead).toEqual([]);
});
