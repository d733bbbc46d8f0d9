/** Brings the schema up to date: forward only, each file once, under one lock for all nodes that start at once. */
import { hash } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import { Client } from 'pg';

/** Any constant will do, as long as it is ours alone: the bytes of `hold`. */
const ADVISORY_LOCK = 0x686f6c64;

const FOLDER = new URL('./migrations/', import.meta.url);

/** An applied migration is no longer what it was: migrations are only ever added. */
class MigrationChangedError extends Error {
  override name = 'MigrationChangedError';
}

/**
 * Applies what is missing, in the order of the file names, each in a transaction of its own.
 *
 * A database that already knows later migrations than this code is left as it is: migrations only add, so that
 * the previous release runs on while, or after, the next one is rolled out.
 *
 * @returns the names of the migrations that were applied now
 * @throws {MigrationChangedError} when a file differs from what was applied under its name
 */
export async function migrate(databaseUrl: string): Promise<string[]> {
  const client = new Client({ connectionString: databaseUrl, application_name: 'holdfast-migrate' });
  await client.connect();
  try {
    await client.query('SELECT pg_advisory_lock($1)', [ADVISORY_LOCK]);
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
