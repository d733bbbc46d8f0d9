/** Brings the schema up to date: forward only, each file once, under one lock for all nodes that start at once. */
import { hash } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import type { Client } from 'pg';
import { connect, newClient } from './session.ts';

/** Any constant will do, as long as it is ours alone: the bytes of `hold`. */
const ADVISORY_LOCK = 0x686f6c64;

const FOLDER = new URL('./migrations/', import.meta.url);

/** An applied migration is no longer what it was: migrations are only ever added. */
class MigrationChangedError extends Error {
  override name = 'MigrationChangedError';
}

/** The log is in a schema that Holdfast does not look into; a new one beside it would hide it. */
export class LogElsewhereError extends Error {
  override name = 'LogElsewhereError';
}

/**
 * Applies what is missing, in the order of the file names, each in a transaction of its own.
 *
 * A database that already knows later migrations than this code is left as it is: migrations only add, so that
 * the previous release runs on while, or after, the next one is rolled out.
 *
 * @returns the names of the migrations that were applied now
 * @throws {MigrationChangedError} when a file differs from what was applied under its name
 * @throws {LogElsewhereError} nothing was changed
 */
export async function migrate(databaseUrl: string): Promise<string[]> {
  const client = newClient({ connectionString: databaseUrl, application_name: 'holdfast-migrate' });
  try {
    await connect(client);
    // The role's own limit is meant for statements that somebody waits for.
    await client.query('SET statement_timeout = 0');
    await client.query('SELECT pg_advisory_lock($1)', [ADVISORY_LOCK]);
    await refuseLogElsewhere(client);
    await client.query(`
      CREATE TABLE IF NOT EXISTS schema_migrations (
        name       text        PRIMARY KEY,
        sha256     text        NOT NULL,
        applied_at timestamptz NOT NULL DEFAULT now()
      )`);
    const { rows } = await client.query<{ name: string; sha256: string }>(
      'SELECT name, sha256 FROM schema_migrations',
    );
    const applied = new Map(rows.map((row) => [row.name, row.sha256]));
    const fresh: string[] = [];
    for (const name of (await readdir(FOLDER)).filter((file) => file.endsWith('.sql')).sort()) {
      const text = await readFile(new URL(name, FOLDER), 'utf8');
      const sha256 = hash('sha256', text);
      const before = applied.get(name);
      if (before === sha256) continue;
      if (before !== undefined) {
        throw new MigrationChangedError(
          `store/migrations/${name} was changed after it had been applied; add a new file instead.`,
        );
      }
      await apply(client, name, text, sha256);
      fresh.push(name);
    }
    return fresh;
  } finally {
    await client.end(); // the advisory lock goes with its session
  }
}

/** Releases before this one followed the search path of their role, and may have made their tables where it led. */
async function refuseLogElsewhere(client: Client): Promise<void> {
  const { rows } = await client.query<{ schema: string }>(`
    SELECT relnamespace::regnamespace::text AS schema
      FROM pg_class
     WHERE relname = 'log_heads' AND relkind = 'r' AND to_regclass('public.log_heads') IS NULL`);
  const [found] = rows;
  if (found === undefined) return;
  throw new LogElsewhereError(
    `The log of this database is in the schema ${found.schema}, and Holdfast keeps it in public.\n` +
      `If public is empty, rename the two (DROP SCHEMA public; ALTER SCHEMA ${found.schema} RENAME TO public), or use another database.`,
  );
}

async function apply(client: Client, name: string, text: string, sha256: string): Promise<void> {
  await client.query('BEGIN');
  try {
    await client.query(text);
    await client.query('INSERT INTO schema_migrations (name, sha256) VALUES ($1, $2)', [name, sha256]);
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK');
    throw new Error(`Migration ${name} failed`, { cause: error });
  }
}
