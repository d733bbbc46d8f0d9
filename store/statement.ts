/**
 * SQL statements that stand in files of their own, `store/sql/`, with the reason for their shape
 * above them.
 */
import { readFileSync } from 'node:fs';
import { type PrimitiveValueExpression, type QuerySqlToken, sql } from 'slonik';
import type { z } from 'zod';

/**
 * Between the JSON texts of a batch, which are bound as one text: JSON cannot hold it, not even
 * within a string. A Postgres array would have every quote escaped, here and there.
 */
export const SEPARATOR = '\u001e';

/**
 * Reads a statement once, at start, and makes a prepared statement of it under the file's name.
 *
 * @param path of a file in `store/sql/`, without `.sql`: `log/read-stream`
 * @param row schema of one row of the answer
 * @returns binds values to the statement's `$1`, `$2`, …; arrays are bound as Postgres arrays
 */
export function statement<Row extends z.ZodType>(path: string, row: Row) {
  const text = readFileSync(new URL(`./sql/${path}.sql`, import.meta.url), 'utf8');
  const token = { ...sql.type(row)`-`, name: path, sql: text };
  return (...values: PrimitiveValueExpression[]): QuerySqlToken<Row> => ({ ...token, values });
}
