/** The paths of docs/design.md: each file exists, and no step goes back to a file that was left. */
import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';

const ROOT = new URL('../../', import.meta.url);
const page = readFileSync(new URL('docs/design.md', ROOT), 'utf8');

const stepsOf = (heading: string): string[] => {
  const section = page.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
  return [...section.matchAll(/^\| \d+ +\| `([^`]+)`/gm)].map(([, file]) => file!);
};

test.each([
  ['The path of an order', 'api/http/server.ts', 'api/answer.ts'],
  ['The path of an event', 'store/functions/append-events.sql', 'store/webhooks/outcomes.ts'],
])('%s leads from %s to %s', (heading, first, last) => {
  const steps = stepsOf(heading);
  expect([steps[0], steps.at(-1)]).toEqual([first, last]);
  expect(steps.filter((file) => !existsSync(new URL(file, ROOT)))).toEqual([]);
  expect(new Set(steps).size).toBe(steps.length);
});
