/** Schema files, statement by statement: a worker of Citus refuses a text of several. */
import { expect, test } from '@jest/globals';
import { readSchemaFiles } from '../../../store/schema/schema-files.ts';
import { statementsOf } from '../../../store/schema/statements.ts';

test.each([
  ['a semicolon in a quoted text', `SELECT ';';\nSELECT 'it''s;'`, [`SELECT ';'`, `SELECT 'it''s;'`]],
  ['in a name', 'SELECT 1 AS "a;b"', ['SELECT 1 AS "a;b"']],
  ['in a body', 'DO $$ BEGIN NULL; END $$;\nSELECT 1;', ['DO $$ BEGIN NULL; END $$', 'SELECT 1']],
  [
    'in a body with a tag',
    'DO $a$ BEGIN PERFORM $$;$$; END $a$; SELECT 1',
    ['DO $a$ BEGIN PERFORM $$;$$; END $a$', 'SELECT 1'],
  ],
  [
    'in a comment',
    "-- it's one; not two\nSELECT 1; /* no; */ SELECT 2;\n-- the end;",
    ["-- it's one; not two\nSELECT 1", '/* no; */ SELECT 2'],
  ],
])('%s ends no statement', (_name, text, statements) => {
  expect(statementsOf(text)).toEqual(statements);
});

test('each schema file is the sum of its statements', async () => {
  const bare = (text: string) => text.replaceAll(/--[^\n]*|[;\s]/g, '');
  for (const { name, text } of await readSchemaFiles()) {
    const statements = statementsOf(text);
    expect([name, bare(statements.join(''))]).toEqual([name, bare(text)]);
    for (const statement of statements) expect(bare(statement)).not.toBe('');
  }
});
