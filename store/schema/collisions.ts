/** Name collisions: objects in the database that have the name of an object of a migration. */
import type { Client } from 'pg';
import { type DatabaseLocation, UnfitDatabaseError } from '../unfit.ts';
import { schemaOf } from './names.ts';

/** SQLSTATE of a duplicate table (or index, view, sequence), function, type, schema. */
const DUPLICATE = /^(?:42P07|42723|42710|42P06)$/;
const DUPLICATE_FUNCTION = '42723';

const CREATES = /^CREATE (?:UNIQUE )?(TABLE|INDEX|FUNCTION|SCHEMA)(?: IF NOT EXISTS)? (\w+)/gm;
const CONSTRAINTS = /\bCONSTRAINT (\w+) UNIQUE\b/g;

const FIND = `
  SELECT CASE relkind WHEN 'r' THEN 'the table' WHEN 'p' THEN 'the table' WHEN 'f' THEN 'the foreign table' WHEN 'v' THEN 'the view'
                      WHEN 'm' THEN 'the materialized view' WHEN 'S' THEN 'the sequence' WHEN 'c' THEN 'the type' ELSE 'the index' END
         || ' ' || quote_ident(relname) AS found
    FROM pg_catalog.pg_class
   WHERE relnamespace = to_regnamespace($5) AND relname = ANY ($1::text[] || $2::text[])
   UNION ALL
  SELECT CASE typtype WHEN 'd' THEN 'the domain ' ELSE 'the type ' END || quote_ident(typname)
    FROM pg_catalog.pg_type
   WHERE typnamespace = to_regnamespace($5) AND typname = ANY ($1::text[]) AND typrelid = 0
   UNION ALL
  SELECT 'the schema ' || quote_ident(nspname) FROM pg_catalog.pg_namespace WHERE nspname = ANY ($3::text[])
   UNION ALL
  SELECT 'the function ' || oid::regprocedure FROM pg_catalog.pg_proc
   WHERE pronamespace = to_regnamespace($5) AND proname = ANY ($4::text[])
   ORDER BY found`;

interface Names {
  tables: readonly string[];
  indexes: readonly string[];
  schemas: readonly string[];
  functions: readonly string[];
}

/** The names of the objects that files create. */
export function namesIn(texts: readonly string[]): Names {
  const created = texts.flatMap((text) => [...text.matchAll(CREATES)]);
  const namesOf = (kind: string) => created.flatMap(([, what, name = '']) => (what === kind ? [name] : []));
  const constraints = texts.flatMap((text) => [...text.matchAll(CONSTRAINTS)].map(([, name = '']) => name));
  return {
    tables: namesOf('TABLE'),
    indexes: [...namesOf('INDEX'), ...constraints],
    schemas: namesOf('SCHEMA'),
    functions: namesOf('FUNCTION'),
  };
}

async function find(client: Client, { tables, indexes, schemas, functions }: Names): Promise<string[]> {
  const { rows } = await client.query<{ found: string }>(FIND, [
    tables,
    indexes,
    schemas,
    functions,
    schemaOf('live'),
  ]);
  return rows.map(({ found }) => found);
}

/**
 * Finds the objects that would make a migration fail. Not functions: one with the same name and
 * other arguments does not collide.
 *
 * @param creating the missing files
 * @param own the applied ones, whose objects a missing one may replace
 * @returns names such as `the table orders`
 */
export function findForeign(
  client: Client,
  creating: readonly string[],
  own: readonly string[],
): Promise<string[]> {
  const ours = namesIn(own);
  const { tables, indexes, schemas } = namesIn(creating);
  return find(client, {
    tables: tables.filter((name) => !ours.tables.includes(name)),
    indexes: indexes.filter((name) => !ours.indexes.includes(name)),
    schemas: schemas.filter((name) => !ours.schemas.includes(name)),
    functions: [],
  });
}

export const collisionError = (found: readonly string[], { server, database }: DatabaseLocation) =>
  new UnfitDatabaseError(
    `The database "${database}" at ${server} has ${found.join(', ')} already, and Holdfast needs the name. Nothing was changed.\n` +
      'Rename the objects in its way, or name another schema with HOLDFAST_SCHEMA, or give Holdfast a database of its own.',
  );

/**
 * Finds the objects that made a migration fail.
 *
 * @param code SQLSTATE of the failure
 * @param texts the migrations, all of them rolled back
 * @returns names such as `the table orders`; none when the failure has another reason
 */
export async function findCollisions(
  client: Client,
  code: string | undefined,
  texts: readonly string[],
): Promise<string[]> {
  if (code === undefined || !DUPLICATE.test(code)) return [];
  const names = namesIn(texts);
  return find(client, { ...names, functions: code === DUPLICATE_FUNCTION ? names.functions : [] });
}
