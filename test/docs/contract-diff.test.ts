import { readFile } from 'node:fs/promises';
import { expect, test } from '@jest/globals';
import { OPERATION_RULES } from '../../openapi/diff/operations/verdicts.ts';
import { SCHEMA_RULES } from '../../openapi/diff/keywords/verdicts.ts';

/** The rows of all tables of a page, as `cell | cell`. */
async function rowsOf(name: string): Promise<string[]> {
  const text = await readFile(new URL(`../../docs/${name}`, import.meta.url), 'utf8');
  return text
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim())
        .join(' | '),
    );
}

test('docs/contract-diff-rules.md lists exactly the rules and verdicts of the code', async () => {
  expect(await rowsOf('contract-diff-rules.md')).toEqual([
    ...[...OPERATION_RULES.values()].map(({ rule, verdict, why }) => `\`${rule}\` | ${verdict} | ${why}`),
    ...[...SCHEMA_RULES.values()].map(
      ({ rule, request, response, why }) => `\`${rule}\` | ${request} | ${response} | ${why}`,
    ),
  ]);
});
