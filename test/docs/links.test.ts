/** Relative links of all Markdown pages lead to existing files, and to existing headings. */
import { execFile } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const { stdout } = await promisify(execFile)(
  'git',
  ['ls-files', '--cached', '--others', '--exclude-standard', '*.md'],
  { cwd: ROOT },
);
const PAGES = stdout.trim().split('\n');

/** The anchor that GitHub gives to a heading. */
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
