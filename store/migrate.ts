/**
 * Brings the schema up to date, forward only: applies all missing files in one transaction or none.
 * A lock makes nodes that start together take turns.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from 'pg';
import { findCollisions } from './schema/collisions.ts';
import { ownLock, schemaOf } from './schema/names.ts';
import { MISSING_RIGHTS } from './schema/rights.ts';
import { isDistributed, placeFunctions } from './cluster/distribute.ts';
import { type SchemaFile, pendingOf, readSchemaFiles } from './schema/schema-files.ts';
import { directAddressOf } from './connections/direct-address.ts';
import { connect, newClient } from './session.ts';
import {
  type DatabaseLocation,
  UnfitDatabaseError,
  locationOf,
  refuseOld,
  refuseSharedSession,
} from './unfit.ts';

/** Any constant that no other program uses: the bytes of `hold`. */
const ADVISORY_LOCK = 0x686f6c64;

/** Statements on a table queue behind a migration that waits for its lock: at most this long. */
const LOCK_TIMEOUT_MS = 3_000;
/** Then they run, and the migration tries again, this often. */
const ATTEMPTS_MAX = 10;
const PAUSE_MS = 1_000;
/** SQLSTATE of a lock that was not granted in time, and of a deadlock. */
const LOCKED = /^(?:55P03|40P01)$/;

/** The list of applied schema files. */
const CREATE_LEDGER = `CREATE TABLE schema_migrations (
  name       text        COLLATE "C" PRIMARY KEY,
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
 * @throws {UnfitDatabaseError} nothing was changed
 */
export async function migrate(givenUrl: string): Promise<string[]> {
  const databaseUrl = directAddressOf(givenUrl);
  const files = await readSchemaFiles();
  const location = locationOf(databaseUrl);
  const client = newClient({ connectionString: databaseUrl, application_name: 'holdfast-migrate' });
  client.on('error', () => {}); // the query that runs fails with the same error
  try {
    await connect(client);
    await refuseOld(client, location);
    await refuseStandby(client, location);
    await refuseSharedSession(client, databaseUrl);
    for (let attempt = 1; ; attempt += 1) {
      const outcome = await tryToApply(client, files, location);
      if (outcome.error === undefined) return outcome.pending.map(({ name }) => name);
      if (attempt < ATTEMPTS_MAX && LOCKED.test((outcome.error as { code?: string }).code ?? '')) {
        await delay(PAUSE_MS);
        continue;
      }
      throw await explained(client, outcome, location);
    }
  } finally {
    await client.end();
  }
}

/** One attempt to apply what the database lacks. */
interface Attempt {
  /** `undefined` when all was applied; else nothing was. */
  error: unknown;
  /** The files that the database lacked, as far as this is known. */
  pending: readonly SchemaFile[];
  hasLedger: boolean;
  /** The step that failed, as the subject of a sentence. */
  current: string;
}

async function tryToApply(
  client: Client,
  files: readonly SchemaFile[],
  location: DatabaseLocation,
): Promise<Attempt> {
  const attempt: Attempt = {
    error: undefined,
    pending: files,
    hasLedger: false,
    current: 'The list of migrations',
  };
  try {
    await client.query('BEGIN');
    // The role's timeout is meant for requests, not for migrations.
    await client.query('SET LOCAL statement_timeout = 0');
    await client.query('SELECT pg_advisory_xact_lock($1)', [ownLock(ADVISORY_LOCK)]);
    await client.query(`SET LOCAL lock_timeout = ${LOCK_TIMEOUT_MS}`);
    await createSchema(client);
    attempt.hasLedger = await findLedger(client, location);
    if (!attempt.hasLedger) await client.query(CREATE_LEDGER);
    attempt.pending = pendingOf(files, await readLedger(client));
    for (const { name, text, sha256 } of attempt.pending) {
      attempt.current = `The schema file ${name}`;
      await client.query(text);
      await client.query('INSERT INTO schema_migrations (name, sha256) VALUES ($1, $2)', [name, sha256]);
    }
    const run = async <Row>(text: string, values?: readonly string[][]) =>
      (await client.query(text, values as string[][])).rows as Row[];
    if (attempt.pending.length > 0 && (await isDistributed(run))) await placeFunctions(run);
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {});
    attempt.error = error;
  }
  return attempt;
}

async function refuseStandby(client: Client, { server }: DatabaseLocation): Promise<void> {
  const { rows } = await client.query<{ standby: boolean }>('SELECT pg_is_in_recovery() AS standby');
  if (!rows[0]?.standby) return;
  throw new UnfitDatabaseError(
    `Postgres at ${server} is a standby, which takes no writes.\nSet DATABASE_URL to the primary.`,
  );
}

/** Not IF NOT EXISTS: it requires the right to create also where the schema exists. */
async function createSchema(client: Client): Promise<void> {
  const schema = schemaOf('live');
  const { rows } = await client.query<{ exists: boolean }>(
    'SELECT to_regnamespace($1) IS NOT NULL AS exists',
    [schema],
  );
  if (rows[0]?.exists === false) await client.query(`CREATE SCHEMA ${schema}`);
}

/**
 * @returns whether the list of applied files exists
 * @throws {UnfitDatabaseError} another program has a table of this name
 */
async function findLedger(client: Client, location: DatabaseLocation): Promise<boolean> {
  const { rows: columns } = await client.query<{ name: string }>(
    `SELECT attname AS name FROM pg_attribute
     WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped`,
    [`${schemaOf('live')}.schema_migrations`],
  );
  if (columns.length === 0) return false;
  if (['name', 'sha256'].every((ours) => columns.some(({ name }) => name === ours))) return true;
  throw collision(await findCollisions(client, '42P07', [CREATE_LEDGER]), location);
}

/** SHA-256 of each applied file, by name. */
async function readLedger(client: Client): Promise<Map<string, string>> {
  const { rows } = await client.query<{ name: string; sha256: string }>(
    'SELECT name, sha256 FROM schema_migrations',
  );
  return new Map(rows.map(({ name, sha256 }) => [name, sha256]));
}

const collision = (found: readonly string[], { server, database }: DatabaseLocation) =>
  new UnfitDatabaseError(
    `The database "${database}" at ${server} has ${found.join(', ')} already, and Holdfast needs the name. Nothing was changed.\n` +
      'Give Holdfast a database of its own (CREATE DATABASE holdfast), or rename the objects in its way.',
  );

/** The error to throw: with advice when the operator can fix the cause. */
async function explained(
  client: Client,
  { error, pending, hasLedger, current }: Attempt,
  location: DatabaseLocation,
): Promise<unknown> {
  const { code, message } = error as Error & { code?: string };
  if (code === undefined || !/^[0-9A-Z]{5}$/.test(code)) return error;
  if (LOCKED.test(code)) {
    return new UnfitDatabaseError(
      `${current} waits for a lock in the database "${location.database}" at ${location.server}: ${message} (${code}). Nothing was changed.\n` +
        'End the transactions that have been open for long (SELECT pid, xact_start, query FROM pg_stat_activity ORDER BY xact_start), and start again.',
      { cause: error },
    );
  }
  const creating = [...(hasLedger ? [] : [CREATE_LEDGER]), ...pending.map(({ text }) => text)];
  try {
    const found = await findCollisions(client, code, creating);
    if (found.length > 0) return collision(found, location);
    const { rows } = await client.query<{ role: string; grants: string[] }>(MISSING_RIGHTS, [
      schemaOf('live'),
    ]);
    const [missing] = rows;
    if (missing !== undefined && /^(?:42501|3F000)$/.test(code) && missing.grants.length > 0) {
      return new UnfitDatabaseError(
        `The role ${missing.role} may not create the schema of Holdfast in the database "${location.database}" at ${location.server}: ${message}. Nothing was changed.\n` +
          `Run as the owner of the database: ${missing.grants.join(' ')}`,
      );
    }
  } catch {
    return error; // the connection was lost
  }
  if (/^(?:08|25006|53|57P)/.test(code)) return error;
  return new UnfitDatabaseError(
    `${current} cannot be applied to the database "${location.database}" at ${location.server}: ${message} (${code}). Nothing was changed.\n` +
      'Fix the cause, or give Holdfast a database of its own.',
    { cause: error },
  );
}
