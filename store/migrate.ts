/**
 * Brings the schema up to date, forward only: applies all missing files in one transaction or none.
 * A lock makes nodes that start together take turns.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from 'pg';
import { isDistributed, placeFunctions } from './cluster/distribute.ts';
import { directAddressOf } from './connections/direct-address.ts';
import { collisionError, findCollisions } from './schema/collisions.ts';
import { CREATE_LEDGER, readLedger } from './schema/ledger.ts';
import { ownLock, schemaOf } from './schema/names.ts';
import { preflight, textOf } from './schema/preflight.ts';
import { rightsError } from './schema/rights.ts';
import { type SchemaFile, pendingOf, readSchemaFiles } from './schema/schema-files.ts';
import { statementsOf } from './schema/statements.ts';
import { connect, newClient } from './session.ts';
import { type DatabaseLocation, UnfitDatabaseError, locationOf } from './unfit.ts';

/** Any constant that no other program uses: the bytes of `hold`. */
const ADVISORY_LOCK = 0x686f6c64;

/** Statements on a table queue behind a migration that waits for its lock: at most this long. */
const LOCK_TIMEOUT_MS = 3_000;
/** Then they run, and the migration tries again, this often. */
const ATTEMPTS_MAX = 10;
const PAUSE_MS = 1_000;
/** SQLSTATE of a lock that was not granted in time, and of a deadlock. */
const LOCKED = /^(?:55P03|40P01)$/;

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
    const { pending, problems } = await preflight(client, databaseUrl, location);
    if (problems.length > 0) throw new UnfitDatabaseError(textOf(problems));
    if (pending.length === 0) return [];
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
    const applied = await readLedger(client, location);
    attempt.hasLedger = applied !== undefined;
    if (applied === undefined) await client.query(CREATE_LEDGER);
    attempt.pending = pendingOf(files, applied ?? new Map());
    const run = async <Row>(text: string, values?: readonly string[][]) =>
      (await client.query(text, values as string[][])).rows as Row[];
    const isCluster = attempt.pending.length > 0 && (await isDistributed(run));
    if (isCluster) await client.query(`SET LOCAL citus.multi_shard_modify_mode = 'sequential'`);
    for (const { name, text, sha256 } of attempt.pending) {
      attempt.current = `The schema file ${name}`;
      // A worker of Citus refuses a change of a table within a text of several statements.
      for (const statement of isCluster ? statementsOf(text) : [text]) await client.query(statement);
      await client.query('INSERT INTO schema_migrations (name, sha256) VALUES ($1, $2)', [name, sha256]);
    }
    if (isCluster) await placeFunctions(run);
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {});
    attempt.error = error;
  }
  return attempt;
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
    if (found.length > 0) return collisionError(found, location);
    const rights = /^(?:42501|3F000)$/.test(code) ? await rightsError(client, location, pending) : undefined;
    if (rights !== undefined) return rights;
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
