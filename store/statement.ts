/** Prepared statements from the files in `store/sql/`; the top of each file gives its reasons. */
import { readFileSync } from 'node:fs';
import { type PrimitiveValueExpression, type QuerySqlToken, sql } from 'slonik';
import type { z } from 'zod';

/**
 * Separates the JSON texts of a batch, which are bound as one text. No JSON text contains it, not
 * even in a string. In an array, each quote would be escaped here and unescaped in Postgres.
 */
export const SEPARATOR = '\u001e';

/**
 * A Postgres array of values whose text needs no quotes: ids, numbers, times, names of a fixed set.
 * pg would search each of them for characters to escape.
 */
export const plainArray = (values: readonly (string | number | boolean)[]): string => `{${values.join(',')}}`;

/** The text of a file in `store/sql/`. A line `-- include PATH` stands for the text of another. */
export const textOf = (path: string): string =>
  readFileSync(new URL(`./sql/${path}.sql`, import.meta.url), 'utf8').replaceAll(
    /^-- include (\S+)$/gm,
    (_line, part: string) => textOf(part),
  );

/**
 * Reads a statement once, at start. It is prepared under its path.
 *
 * A prepared statement keeps its plan until Postgres analyses a table, a minute after it has grown.
 * A plan that was made for empty tables can compare each row of a batch with each row of a table.
 *
 * @param path of a file in `store/sql/`, without `.sql`: `log/read-stream`
 * @param row schema of one row of the result
 * @param options `keepsPlan: false` plans each execution for the tables as they are: 0.3 ms more
 * @returns a function that binds values to `$1`, `$2`, …; arrays become Postgres arrays
 */
export function statement<Row extends z.ZodType>(path: string, row: Row, { keepsPlan = true } = {}) {
  const text = textOf(path);
  const token = { ...sql.type(row)`-`, ...(keepsPlan && { name: path }), sql: text };
  return (...values: PrimitiveValueExpression[]): QuerySqlToken<Row> => ({ ...token, values });
}
