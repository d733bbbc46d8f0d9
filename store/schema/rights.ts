/** The rights that a role needs to migrate. */
import type { Client } from 'pg';
import { type DatabaseLocation, UnfitDatabaseError } from '../unfit.ts';
import { schemaOf } from './names.ts';
import type { SchemaFile } from './schema-files.ts';

/**
 * One row: the current role, the GRANT statements that it needs to create objects in the schema
 * `$1` and, if `$2`, schemas; and the owner of the tables, if it is another role.
 */
const MISSING = `
  SELECT quote_ident(current_user) AS role,
         array_remove(ARRAY[
           CASE WHEN NOT (has_schema_privilege(namespace.oid, 'CREATE') AND has_schema_privilege(namespace.oid, 'USAGE'))
                THEN format('GRANT USAGE, CREATE ON SCHEMA %I TO %I;', $1::text, current_user) END,
           CASE WHEN ($2 OR namespace.oid IS NULL) AND NOT has_database_privilege(current_database(), 'CREATE')
                THEN format('GRANT CREATE ON DATABASE %I TO %I;', current_database(), current_user) END
         ], NULL) AS grants,
         (SELECT quote_ident(rolname)
            FROM pg_catalog.pg_class AS ledger
            JOIN pg_catalog.pg_roles AS owner ON owner.oid = ledger.relowner
           WHERE ledger.relnamespace = namespace.oid AND ledger.relname = 'schema_migrations'
             AND NOT pg_has_role(ledger.relowner, 'USAGE')) AS owner
    FROM (SELECT to_regnamespace($1::text)::oid AS oid) AS namespace`;

/** @returns the error with the remedy; `undefined` when the role has all rights */
export async function rightsError(
  client: Client,
  { server, database }: DatabaseLocation,
  pending: readonly SchemaFile[],
): Promise<UnfitDatabaseError | undefined> {
  const createsSchemas = pending.some(({ text }) => /^CREATE SCHEMA /m.test(text));
  const { rows } = await client.query<{ role: string; grants: string[]; owner: string | null }>(MISSING, [
    schemaOf('live'),
    createsSchemas,
  ]);
  const { role, grants, owner } = rows[0]!;
  const where = `the database "${database}" at ${server}`;
  if (owner !== null) {
    return new UnfitDatabaseError(
      `This release changes the schema of Holdfast in ${where}, and its tables belong to the role ${owner}, not ${role}. Nothing was changed.\n` +
        `Run npx holdfast migrate with the address of ${owner} first, then start again.`,
    );
  }
  if (grants.length === 0) return undefined;
  return new UnfitDatabaseError(
    `The role ${role} may not create the schema of Holdfast in ${where}. Nothing was changed.\n` +
      `Run as the owner of the database: ${grants.join(' ')}`,
  );
}
