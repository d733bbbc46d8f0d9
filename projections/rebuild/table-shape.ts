/** The shape of a read table: its columns, constraints and indexes. */
import { type CommonQueryMethods, sql } from 'slonik';
import { z } from 'zod';
import { type TableSet, schemaOf } from '../../store/schema/names.ts';
import { type Projection, type ReadTable, tablesOf } from '../projection.ts';
import type { Shadow } from './shadow-table.ts';

/** A shadow table differs from the live one in a column, a constraint or an index. */
export class ShapeError extends Error {
  override name = 'ShapeError';
}

/** The definition of a table's primary key: `PRIMARY KEY (a, b)`. */
export const keyOf = (
  connection: CommonQueryMethods,
  set: TableSet,
  { name }: ReadTable,
): Promise<string | null> =>
  connection.maybeOneFirst(sql.type(z.object({ definition: z.string() }))`
    SELECT pg_get_constraintdef(oid) AS definition
      FROM pg_constraint
     WHERE conrelid = ${`${schemaOf(set)}.${name}`}::regclass AND contype = 'p'`);

/** The usable indexes of a table, but for its primary key. */
export async function indexesOf(
  connection: CommonQueryMethods,
  set: TableSet,
  { name }: ReadTable,
): Promise<{ /** The same in each schema. */ definition: string; create: string }[]> {
  const rows = await connection.anyFirst(sql.type(z.object({ create: z.string() }))`
    SELECT pg_get_indexdef(indexrelid) AS create
      FROM pg_index
     WHERE indrelid = ${`${schemaOf(set)}.${name}`}::regclass AND NOT indisprimary AND indisvalid
     ORDER BY 1`);
  return rows.map((create) => ({
    create,
    definition: create.replace(` ON ${schemaOf(set)}.${name} `, ` ON ${name} `),
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
  shadow: Shadow,
): Promise<void> {
  const differences: string[] = [];
  for (const table of tablesOf(projection)) {
    const live = await shapeOf(connection, 'live', table);
    const folded = await shapeOf(connection, shadow, table);
    for (const line of live)
      if (!folded.includes(line)) differences.push(`${schemaOf(shadow)}.${table.name} lacks ${line}`);
    for (const line of folded)
      if (!live.includes(line)) differences.push(`${schemaOf('live')}.${table.name} lacks ${line}`);
  }
  if (differences.length > 0) throw new ShapeError(differences.join('; '));
}

async function shapeOf(connection: CommonQueryMethods, set: TableSet, table: ReadTable): Promise<string[]> {
  const id = sql.fragment`${`${schemaOf(set)}.${table.name}`}::regclass`;
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
  const indexes = await indexesOf(connection, set, table);
  return [...lines, ...indexes.map(({ definition }) => `index ${definition}`)];
}
