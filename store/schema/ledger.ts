/** The list of applied schema files, in the schema of the installation. */
import type { Client } from 'pg';
import { type DatabaseLocation, UnfitDatabaseError } from '../unfit.ts';
import { collisionError, findCollisions } from './collisions.ts';
import { schemaOf } from './names.ts';

export const CREATE_LEDGER = `CREATE TABLE schema_migrations (
  name       text        COLLATE "C" PRIMARY KEY,
  sha256     text        NOT NULL,
  applied_at timestamptz NOT NULL DEFAULT now()
)`;

const FIND = `
  SELECT attname AS name, has_schema_privilege($1, 'USAGE') AND has_table_privilege(attrelid, 'SELECT') AS readable,
         quote_ident(current_user) AS role
    FROM pg_catalog.pg_class AS ledger
    JOIN pg_catalog.pg_attribute ON attrelid = ledger.oid
   WHERE ledger.relnamespace = to_regnamespace($1) AND ledger.relname = 'schema_migrations'
     AND attnum > 0 AND NOT attisdropped`;

/**
 * SHA-256 of each applied file, by name; `undefined` when there is no list.
 *
 * @throws {UnfitDatabaseError} a table of another program has the name; or the role may not read it
 */
export async function readLedger(
  client: Client,
  location: DatabaseLocation,
): Promise<ReadonlyMap<string, string> | undefined> {
  const schema = schemaOf('live');
  const { rows: columns } = await client.query<{ name: string; readable: boolean; role: string }>(FIND, [
    schema,
  ]);
  const [first] = columns;
  if (first === undefined) return undefined;
  if (!['name', 'sha256'].every((ours) => columns.some(({ name }) => name === ours)))
    throw collisionError(await findCollisions(client, '42P07', [CREATE_LEDGER]), location);
  if (!first.readable) {
    throw new UnfitDatabaseError(
      `The role ${first.role} may not use the schema ${schema} in the database "${location.database}" at ${location.server}.\n` +
        'Run npx holdfast roles as the role that owns the tables: it prints the GRANT statements.',
    );
  }
  const { rows } = await client.query<{ name: string; sha256: string }>(
    `SELECT name, sha256 FROM ${schema}.schema_migrations`,
  );
  return new Map(rows.map(({ name, sha256 }) => [name, sha256]));
}
