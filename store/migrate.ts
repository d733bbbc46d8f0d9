/**
 * Brings the schema up to date, forward only: applies all missing files in one transaction or none.
 * A lock makes nodes that start together take turns.
 */
import type { Client } from 'pg';
import { findCollisions } from './collisions.ts';
import { MISSING_RIGHTS } from './rights.ts';
import { type SchemaFile, pendingOf, readSchemaFiles } from './schema-files.ts';
import { connect, newClient } from './session.ts';
import { type Place, UnfitDatabaseError, placeOf, refuseOld, refuseSharedSession } from './unfit.ts';

/** Any constant will do, as long as it is ours alone: the bytes of `hold`. */
const ADVISORY_LOCK = 0x686f6c64;

/** Which migrations are applied. */
const LEDGER = `CREATE TABLE schema_migrations (
  name       text        PRIMARY KEY,
  sha256     text        NOT NULL,
  applied_at timestamptz NOT NULL DEFAULT now()
)`;

/**
 * Applies missing migrations in the order of their names, then installs missing versions of
 * functions.
 *
 * A database may have later migrations and versions than this release: they stay. Migrations only
 * add, so the release before keeps working during and after a rollout.
 *
 * @returns the names of the files that this call applied
 * @throws {UnfitDatabaseError} nothing was changed; the message says why, and what to do
 */
export async function migrate(databaseUrl: string): Promise<string[]> {
  const files = await readSchemaFiles();
  const place = placeOf(databaseUrl);
  const client = newClient({ connectionString: databaseUrl, application_name: 'holdfast-migrate' });
  client.on('error', () => {}); // whatever waits for an answer is told too
  try {
    await connect(client);
    await refuseOld(client, place);
    await refuseStandby(client, place);
    await refuseSharedSession(client, databaseUrl);
    let pending: readonly SchemaFile[] = files;
    let hasLedger = false;
    let current = 'The list of migrations';
    try {
      await client.query('BEGIN');
      // The role's own limit is meant for statements that somebody waits for.
      await client.query('SET LOCAL statement_timeout = 0');
      await client.query('SELECT pg_advisory_xact_lock($1)', [ADVISORY_LOCK]);
      await refuseLogElsewhere(client);
      hasLedger = await findLedger(client, place);
      if (!hasLedger) await client.query(LEDGER);
      pending = pendingOf(files, await readLedger(client));
      for (const { name, text, sha256 } of pending) {
        current = `The schema file ${name}`;
        await client.query(text);
        await client.query('INSERT INTO schema_migrations (name, sha256) VALUES ($1, $2)', [name, sha256]);
      }
      await client.query('COMMIT');
    } catch (error) {
      await client.query('ROLLBACK').catch(() => {});
      const making = [...(hasLedger ? [] : [LEDGER]), ...pending.map(({ text }) => text)];
      throw await explained(client, error, { place, making, current });
    }
    return pending.map(({ name }) => name);
  } finally {
    await client.end();
  }
}

async function refuseStandby(client: Client, { server }: Place): Promise<void> {
  const { rows } = await client.query<{ standby: boolean }>('SELECT pg_is_in_recovery() AS standby');
  if (!rows[0]?.standby) return;
  throw new UnfitDatabaseError(
    `Postgres at ${server} is a standby, which takes no writes.\nSet DATABASE_URL to the primary.`,
  );
}

/**
 * Releases before this one followed the search path of their role, and may have made their tables
 * where it led.
 */
async function refuseLogElsewhere(client: Client): Promise<void> {
  const { rows } = await client.query<{ schema: string }>(`
    SELECT relnamespace::regnamespace::text AS schema
      FROM pg_class
     WHERE relname = 'log_heads' AND relkind = 'r' AND to_regclass('public.log_heads') IS NULL`);
  const [found] = rows;
  if (found === undefined) return;
  throw new UnfitDatabaseError(
    `The log of this database is in the schema ${found.schema}, and Holdfast keeps it in public.\n` +
      `If public is empty, rename the two (DROP SCHEMA public; ALTER SCHEMA ${found.schema} RENAME TO public), or use another database.`,
  );
}

/**
 * @throws {UnfitDatabaseError} what is there is not ours: other programs keep their migrations
 * under this name
 */
async function findLedger(client: Client, place: Place): Promise<boolean> {
  const { rows: columns } = await client.query<{ name: string }>(`
    SELECT attname AS name FROM pg_attribute
     WHERE attrelid = to_regclass('public.schema_migrations') AND attnum > 0 AND NOT attisdropped`);
  if (columns.length === 0) return false;
  if (['name', 'sha256'].every((ours) => columns.some(({ name }) => name === ours))) return true;
  throw collision(await findCollisions(client, '42P07', [LEDGER]), place);
}

/** SHA-256 of each file that was applied, by its name. */
async function readLedger(client: Client): Promise<Map<string, string>> {
  const { rows } = await client.query<{ name: string; sha256: string }>(
    'SELECT name, sha256 FROM schema_migrations',
  );
  return new Map(rows.map(({ name, sha256 }) => [name, sha256]));
}

const collision = (found: readonly string[], { server, database }: Place) =>
  new UnfitDatabaseError(
    `The database "${database}" at ${server} has ${found.join(', ')} already, and Holdfast makes its own of that name. Nothing was changed.\n` +
      'Give Holdfast a database of its own (CREATE DATABASE holdfast), or rename what is in the way.',
  );

interface Attempt {
  place: Place;
  /** What was to be made, as SQL. */
  making: readonly string[];
  /** What failed. */
  current: string;
}

/** What came in between, in words when it is one that a person can mend. */
async function explained(
  client: Client,
  error: unknown,
  { place, making, current }: Attempt,
): Promise<unknown> {
  const { code, message } = error as Error & { code?: string };
  if (code === undefined || !/^[0-9A-Z]{5}$/.test(code)) return error;
  try {
    const found = await findCollisions(client, code, making);
    if (found.length > 0) return collision(found, place);
    const { rows } = await client.query<{ role: string; grants: string[] }>(MISSING_RIGHTS);
    const [missing] = rows;
    if (missing !== undefined && /^(?:42501|3F000)$/.test(code) && missing.grants.length > 0) {
      return new UnfitDatabaseError(
        `The role ${missing.role} may not make what Holdfast needs in the database "${place.database}" at ${place.server}: ${message}. Nothing was changed.\n` +
          `As its owner: ${missing.grants.join(' ')}`,
      );
    }
  } catch {
    return error; // Postgres went away meanwhile
  }
  if (/^(?:08|25006|53|57P)/.test(code)) return error;
  return new UnfitDatabaseError(
    `${current} cannot be applied to the database "${place.database}" at ${place.server}: ${message} (${code}). Nothing was changed.\n` +
      'Mend that, or give Holdfast a database of its own.',
    { cause: error },
  );
}
