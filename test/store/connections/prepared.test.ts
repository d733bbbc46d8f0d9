/** Statements of `store/sql/` are planned some times a connection, not at each execution. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'slonik';
import { z } from 'zod';
import { statement } from '../../../store/statement.ts';
import { type TestDatabase, cloneDatabase } from '../../setup/database.ts';
import { openTestPool } from '../../setup/pool.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await cloneDatabase({ isDirect: true });
});
afterAll(() => database.drop());

const prepared = z.object({ name: z.string(), generic_plans: z.int() });
/** Postgres plans the first five executions for their values. */
const EXECUTIONS_COUNT = 7;

async function preparedAfter(path: string, options?: { keepsPlan: boolean }) {
  const read = statement(path, z.looseObject({}), options);
  const pool = await openTestPool(database);
  try {
    return await pool.connect(async (connection) => {
      for (let n = 0; n < EXECUTIONS_COUNT; n += 1)
        await connection.any(read('key', '00000000-0000-4000-8000-000000000000', 0));
      return connection.any(sql.type(prepared)`
        SELECT name, generic_plans::integer FROM pg_prepared_statements WHERE name <> ''`);
    });
  } finally {
    await pool.end();
  }
}

test('a statement is prepared under its path, and keeps its plan', async () => {
  expect(await preparedAfter('log/read-key')).toEqual([{ name: 'log/read-key', generic_plans: 2 }]);
});

test('a statement that keeps no plan is not prepared', async () => {
  expect(await preparedAfter('log/read-key', { keepsPlan: false })).toEqual([]);
});
