/** CLI commands and options that the pages name exist. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import { PAGES, ROOT } from '../../docs/pages.ts';

/** `npx holdfast GROUP COMMAND …` of all pages, with the options that they show for each. */
const commands = new Map<string, Set<string>>();
for (const text of PAGES.values()) {
  for (const [, line = ''] of text.matchAll(/npx holdfast ([a-z][^`\n|#]*)/g)) {
    const words = line.trim().split(/\s+/);
    const name = words.slice(
      0,
      words[1] !== undefined && /^[a-z][a-z-]*$/.test(words[1]) && words[0] !== 'import' ? 2 : 1,
    );
    const options = commands.get(name.join(' ')) ?? new Set();
    for (const option of line.match(/--[a-z-]+/g) ?? []) options.add(option);
    commands.set(name.join(' '), options);
  }
}

test.each([...commands])('npx holdfast %s: command and options exist', async (name, options) => {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [join(ROOT, 'holdfast.js'), ...name.split(' '), '--help'],
    { env: { PATH: process.env['PATH'], NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'] } },
  );
  expect([...options].filter((option) => !stdout.includes(option))).toEqual([]);
});
