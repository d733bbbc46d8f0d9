/**
 * Checks whether Holdfast can use a Postgres. A message says what is wrong, where, and what to do;
 * it never contains a password.
 */
import type { Client } from 'pg';
import { connect, newClient } from './session.ts';

const POSTGRES_MAJOR_MIN = 14;

/** Holdfast cannot use the database. The message is complete for the operator: show it alone. */
export class UnfitDatabaseError extends Error {
  override name = 'UnfitDatabaseError';
}

/** Where a database is, as messages name it. */
export interface DatabaseLocation {
  /** `db.example.com:5432`, or the path of a socket. */
  server: string;
  role: string;
  database: string;
}

/** The location that a URL points to, with the driver's defaults. */
export function locationOf(databaseUrl: string): DatabaseLocation {
  const { host, port, user = '', database = user } = newClient({ connectionString: databaseUrl });
  return {
    server: host.startsWith('/') ? `${host}/.s.PGSQL.${port}` : `${host}:${port}`,
    role: user,
    database: database ?? user,
  };
}

/** @throws {UnfitDatabaseError} */
export async function refuseOld(client: Client, { server }: DatabaseLocation): Promise<void> {
  const { rows } = await client.query<{ number: string; version: string }>(`
    SELECT current_setting('server_version_num') AS number, current_setting('server_version') AS version`);
  const [found] = rows;
  if (found === undefined || Number(found.number) >= POSTGRES_MAJOR_MIN * 10_000) return;
  throw new UnfitDatabaseError(
    `Postgres at ${server} is version ${found.version}, and Holdfast needs ${POSTGRES_MAJOR_MIN} or later.\n` +
      'Upgrade it, or set DATABASE_URL to a newer Postgres.',
  );
}

/** @throws {UnfitDatabaseError} */
export async function refuseStandby(client: Client, { server }: DatabaseLocation): Promise<void> {
  const { rows } = await client.query<{ standby: boolean }>('SELECT pg_is_in_recovery() AS standby');
  if (!rows[0]?.standby) return;
  throw new UnfitDatabaseError(
    `Postgres at ${server} is a standby, which takes no writes.\nSet DATABASE_URL to the primary.`,
  );
}

/**
 * Refuses a pooler that shares one session among several connections, as PgBouncer does in its
 * modes `transaction` and `statement`: one connection would get the settings, locks and `LISTEN` of
 * another.
 *
 * @param client connected, outside a transaction
 * @throws {UnfitDatabaseError}
 */
export async function refuseSharedSession(client: Client, databaseUrl: string): Promise<void> {
  const { server } = locationOf(databaseUrl);
  const other = newClient({ connectionString: databaseUrl, application_name: 'holdfast-probe' });
  other.on('error', () => {});
  try {
    await connect(other);
    // A pooler reuses the session that was used last, so both clients get the same one.
    if ((await sessionOf(other)) !== (await sessionOf(client))) return;
  } finally {
    await other.end();
  }
  throw new UnfitDatabaseError(
    `The pooler at ${server} shares one Postgres session among several connections, as PgBouncer does in transaction mode.\n` +
      'Set HOLDFAST_DATABASE_DIRECT_URL to Postgres itself, or pool_mode = session for this database, or DATABASE_URL to Postgres itself.',
  );
}

async function sessionOf(client: Client): Promise<number | undefined> {
  const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  return rows[0]?.pid;
}
