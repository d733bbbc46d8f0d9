/** The shape of a read table: its columns, constraints and indexes. */
import { type CommonQueryMethods, sql } from 'slonik';
import { z } from 'zod';
import { type Projection, type ReadTable, tablesOf } from '../projection.ts';
import type { ShadowSchema } from './shadow-table.ts';

/** A shadow table differs from the live one in a column, a constraint or an index. */
export class ShapeError extends Error {
  override name = 'ShapeError';
}

/** The definition of a table's primary key: `PRIMARY KEY (a, b)`. */
export const keyOf = (
  connection: CommonQueryMethods,
  schema: string,
  { name }: ReadTable,
): Promise<string | null> =>
  connection.maybeOneFirst(sql.type(z.object({ definition: z.string() }))`
    SELECT pg_get_constraintdef(oid) AS definition
      FROM pg_constraint
     WHERE conrelid = ${`${schema}.${name}`}::regclass AND contype = 'p'`);

/** The usable indexes of a table, but for its primary key. */
export async function indexesOf(
  connection: CommonQueryMethods,
  schema: string,
  { name }: ReadTable,
): Promise<{ /** The same in each schema. */ definition: string; create: string }[]> {
  const rows = await connection.anyFirst(sql.type(z.object({ create: z.string() }))`
    SELECT pg_get_indexdef(indexrelid) AS create
      FROM pg_index
     WHERE indrelid = ${`${schema}.${name}`}::regclass AND NOT indisprimary AND indisvalid
     ORDER BY 1`);
  return rows.map((create) => ({
    create,
    definition: create.replace(` ON ${schema}.${name} `, ` ON ${name} `),
  }));
}

/**
 * Compares the shapes of the shadow tables with those of the live ones.
 *
 * @throws {ShapeError}
 */
export async function checkShapes(
  connection: CommonQueryMethods,
  projection: Projection,
  schema: ShadowSchema,
): Promise<void> {
  const differences: string[] = [];
  for (const table of tablesOf(projection)) {
    const live = await shapeOf(connection, 'public', table);
    const shadow = await shapeOf(connection, schema, table);
    for (const line of live)
      if (!shadow.includes(line)) differences.push(`${schema}.${table.name} lacks ${line}`);
    for (const line of shadow)
      if (!live.includes(line)) differences.push(`public.${table.name} lacks ${line}`);
  }
  if (differences.length > 0) throw new ShapeError(differences.join('; '));
}

async function shapeOf(connection: CommonQueryMethods, schema: string, table: ReadTable): Promise<string[]> {
  const id = sql.fragment`${`${schema}.${table.name}`}::regclass`;
  const lines = await connection.anyFirst(sql.type(z.object({ line: z.string() }))`
    SELECT concat_ws(' ', 'column', attname, format_type(atttypid, atttypmod),
                     CASE WHEN attnotnull THEN 'NOT NULL' END,
                     'DEFAULT ' || pg_get_expr(adbin, adrelid),
                     'COLLATE ' || (SELECT collname FROM pg_collation WHERE pg_collation.oid = attcollation)) AS line
      FROM pg_attribute
      LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
     WHERE attrelid = ${id} AND attnum > 0 AND NOT attisdropped
     UNION ALL
    SELECT 'constraint ' || pg_get_constraintdef(oid)
      FROM pg_constraint
     WHERE conrelid = ${id} AND contype IN ('p', 'u', 'c', 'f', 'x')`);
  const indexes = await indexesOf(connection, schema, table);
  return [...lines, ...indexes.map(({ definition }) => `index ${definition}`)];
}
