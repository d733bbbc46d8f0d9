/** Lines that wait in memory must be written, however the process ends by itself. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { expect, test } from '@jest/globals';

const LINES_COUNT = 3_000;
const LOGGER = new URL('../../platform/logger.ts', import.meta.url).href;
/** More than one buffer of lines, and a rest. */
const program = (end: string) => `
  import { createLogger } from ${JSON.stringify(LOGGER)};
  const log = createLogger('info');
  process.on('uncaughtException', () => process.exit(7));
  for (let index = 0; index < ${LINES_COUNT}; index += 1) log.info({ index }, 'line');
  ${end}`;

test.each([
  ['its work is done', '', 0],
  ['process.exit', 'process.exit(3)', 3],
  ['an exception', "throw new Error('lost')", 7],
])('each line is written when %s ends the process', async (_, end, code) => {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program(end)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [output, [exitCode]] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  expect(exitCode).toBe(code);
  const lines = output.trim().split('\n');
  expect(lines.map((line) => (JSON.parse(line) as { index: number }).index)).toEqual(
    Array.from({ length: LINES_COUNT }, (_, index) => index),
  );
});
