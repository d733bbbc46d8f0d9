/** The installations of Holdfast in a database: each has a schema of its own. */
import type { Client } from 'pg';

/**
 * A schema with a log and the list of applied files: the tables of another program may have one of
 * these names. Any role may look.
 */
const FIND = `
  SELECT nspname AS schema
    FROM pg_catalog.pg_namespace AS namespace
    JOIN pg_catalog.pg_class AS log ON log.relnamespace = namespace.oid AND log.relname = 'log_heads'
    JOIN pg_catalog.pg_class AS ledger
      ON ledger.relnamespace = namespace.oid AND ledger.relname = 'schema_migrations'
   WHERE log.relkind = 'r' AND ledger.relkind = 'r'
     AND EXISTS (SELECT FROM pg_catalog.pg_attribute
                  WHERE attrelid = ledger.oid AND attname = 'sha256' AND NOT attisdropped)
   ORDER BY schema`;

/** @returns the names of their schemas */
export async function findInstallations(client: Client): Promise<string[]> {
  const { rows } = await client.query<{ schema: string }>(FIND);
  return rows.map(({ schema }) => schema);
}
