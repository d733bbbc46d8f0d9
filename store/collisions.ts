/**
 * What stands in the way of migrations, by name: things in the database that are called as ours are
 * to be.
 */
import type { Client } from 'pg';

/**
 * SQLSTATEs of something that is there already: table (or index, view, sequence), function, type,
 * schema.
 */
const TAKEN = /^(?:42P07|42723|42710|42P06)$/;
const SAME_FUNCTION = '42723';

const CREATES = /^CREATE (?:UNIQUE )?(TABLE|INDEX|FUNCTION|SCHEMA)(?: IF NOT EXISTS)? (\w+)/gm;
const CONSTRAINTS = /\bCONSTRAINT (\w+) UNIQUE\b/g;

/**
 * `orders` is a table, and `public.orders` says nothing more: everything but schemas is in public.
 */
const FIND = `
  SELECT CASE relkind WHEN 'r' THEN 'the table' WHEN 'p' THEN 'the table' WHEN 'f' THEN 'the foreign table' WHEN 'v' THEN 'the view'
                      WHEN 'm' THEN 'the materialized view' WHEN 'S' THEN 'the sequence' WHEN 'c' THEN 'the type' ELSE 'the index' END
         || ' ' || quote_ident(relname) AS found
    FROM pg_catalog.pg_class
   WHERE relnamespace = to_regnamespace('public') AND relname = ANY ($1::text[] || $2::text[])
   UNION ALL
  SELECT CASE typtype WHEN 'd' THEN 'the domain ' ELSE 'the type ' END || quote_ident(typname)
    FROM pg_catalog.pg_type
   WHERE typnamespace = to_regnamespace('public') AND typname = ANY ($1::text[]) AND typrelid = 0
   UNION ALL
  SELECT 'the schema ' || quote_ident(nspname) FROM pg_catalog.pg_namespace WHERE nspname = ANY ($3::text[])
   UNION ALL
  SELECT 'the function ' || oid::regprocedure FROM pg_catalog.pg_proc
   WHERE pronamespace = to_regnamespace('public') AND proname = ANY ($4::text[])
   ORDER BY found`;

/**
 * @param code why a migration failed, as SQLSTATE
 * @param texts the migrations that were to be applied; none of them is
 * @returns such as `the table orders`; none when it failed for another reason
 */
export async function findCollisions(
  client: Client,
  code: string | undefined,
  texts: readonly string[],
): Promise<string[]> {
  if (code === undefined || !TAKEN.test(code)) return [];
  const created = texts.flatMap((text) => [...text.matchAll(CREATES)]);
  const namesOf = (kind: string) => created.flatMap(([, what, name = '']) => (what === kind ? [name] : []));
  const constraints = texts.flatMap((text) => [...text.matchAll(CONSTRAINTS)].map(([, name = '']) => name));
  // One of the same name and other arguments is not in the way.
  const functions = code === SAME_FUNCTION ? namesOf('FUNCTION') : [];
  const { rows } = await client.query<{ found: string }>(FIND, [
    namesOf('TABLE'),
    [...namesOf('INDEX'), ...constraints],
    namesOf('SCHEMA'),
    functions,
  ]);
  return rows.map(({ found }) => found);
}
