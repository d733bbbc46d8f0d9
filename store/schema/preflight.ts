/**
 * Looks for all that would stop a migration, before it begins: an operator corrects everything at
 * once.
 */
import type { Client } from 'pg';
import {
  type DatabaseLocation,
  UnfitDatabaseError,
  refuseOld,
  refuseSharedSession,
  refuseStandby,
} from '../unfit.ts';
import { collisionError, findForeign } from './collisions.ts';
import { CREATE_LEDGER, readLedger } from './ledger.ts';
import { schemaOf } from './names.ts';
import { rightsError } from './rights.ts';
import { type SchemaFile, pendingOf, readSchemaFiles } from './schema-files.ts';

export interface Preflight {
  /** The files that the schema lacks; unknown ones if the list of applied files cannot be read. */
  pending: readonly SchemaFile[];
  /** Whether the schema has the list of applied files. */
  hasLedger: boolean;
  hasSchema: boolean;
  /** Each has the fault in its first line, and the remedy in its second. */
  problems: readonly string[];
}

/**
 * @param client connected to Postgres itself, outside a transaction
 * @returns the problems in the order in which they stop a migration; it changes nothing
 */
export async function preflight(
  client: Client,
  databaseUrl: string,
  location: DatabaseLocation,
): Promise<Preflight> {
  const problems: string[] = [];
  const note = async <T>(look: () => Promise<T> | T): Promise<T | undefined> => {
    try {
      return await look();
    } catch (error) {
      if (!(error instanceof UnfitDatabaseError)) throw error;
      problems.push(error.message);
      return undefined;
    }
  };
  const files = await readSchemaFiles();
  await note(() => refuseOld(client, location));
  const none = { pending: [], hasLedger: false, hasSchema: false, problems };
  if (problems.length > 0) return none; // its catalogues differ
  await note(() => refuseStandby(client, location));
  await note(() => refuseSharedSession(client, databaseUrl));
  // One snapshot: another node may commit the migration meanwhile.
  await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY');
  try {
    const before = problems.length;
    const applied = await note(() => readLedger(client, location));
    if (problems.length > before) return none;
    const pending = (await note(() => pendingOf(files, applied ?? new Map()))) ?? [];
    const hasSchema = await exists(client);
    if (pending.length === 0) return { pending, hasLedger: true, hasSchema, problems };
    if (applied === undefined) await note(() => refuseEncoding(client, location));
    const rights = await rightsError(client, location, pending);
    if (rights !== undefined) problems.push(rights.message);
    const creating = [...(applied === undefined ? [CREATE_LEDGER] : []), ...pending.map(({ text }) => text)];
    const own = files.filter(({ name }) => applied?.has(name)).map(({ text }) => text);
    const foreign = await findForeign(client, creating, own);
    if (foreign.length > 0) problems.push(collisionError(foreign, location).message);
    return { pending, hasLedger: applied !== undefined, hasSchema, problems };
  } finally {
    await client.query('ROLLBACK');
  }
}

/** Several problems as the text of one error. */
export const textOf = (problems: readonly string[]): string =>
  problems.length === 1 ? problems[0]! : [`${problems.length} problems:`, ...problems].join('\n\n');

async function exists(client: Client): Promise<boolean> {
  const { rows } = await client.query<{ exists: boolean }>(
    'SELECT to_regnamespace($1) IS NOT NULL AS exists',
    [schemaOf('live')],
  );
  return rows[0]?.exists === true;
}

/** Names and addresses have characters of all languages. */
async function refuseEncoding(client: Client, { server, database }: DatabaseLocation): Promise<void> {
  const { rows } = await client.query<{ encoding: string }>(
    `SELECT current_setting('server_encoding') AS encoding`,
  );
  const encoding = rows[0]?.encoding;
  if (encoding === 'UTF8') return;
  throw new UnfitDatabaseError(
    `The database "${database}" at ${server} has the encoding ${encoding}, and Holdfast needs UTF8.\n` +
      "Create another one: CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0.",
  );
}
