/**
 * What a person is told of a Postgres that cannot be used: what, where, and what to do. Never a
 * password, and of the address only what it takes to find the server.
 */
import type { Client } from 'pg';
import { PERCENT_ENCODING } from '../platform/config.ts';
import { connect, newClient } from './session.ts';

/** Major version of Postgres. */
const OLDEST = 14;

/**
 * The database cannot be used as it is. The message says why and what to do, and is all that a
 * person needs to see.
 */
export class UnfitDatabaseError extends Error {
  override name = 'UnfitDatabaseError';
}

export interface Place {
  /** `db.example.com:5432`, or the path of a socket. */
  server: string;
  role: string;
  database: string;
}

/** Where an address leads, with what it leaves to the driver. */
export function placeOf(databaseUrl: string): Place {
  const { host, port, user = '', database = user } = newClient({ connectionString: databaseUrl });
  return {
    server: host.startsWith('/') ? `${host}/.s.PGSQL.${port}` : `${host}:${port}`,
    role: user,
    database: database ?? user,
  };
}

/** @throws {UnfitDatabaseError} */
export async function refuseOld(client: Client, { server }: Place): Promise<void> {
  const { rows } = await client.query<{ number: string; version: string }>(`
    SELECT current_setting('server_version_num') AS number, current_setting('server_version') AS version`);
  const [found] = rows;
  if (found === undefined || Number(found.number) >= OLDEST * 10_000) return;
  throw new UnfitDatabaseError(
    `Postgres at ${server} is version ${found.version}, and Holdfast needs ${OLDEST} or later.\n` +
      'Upgrade it, or set DATABASE_URL to a later one.',
  );
}

/**
 * A pooler that gives one session to several connections, as PgBouncer does in its modes
 * `transaction` and `statement`: settings, locks and `LISTEN` of one connection would then be
 * another's.
 *
 * @param client connected, and in no transaction
 * @throws {UnfitDatabaseError}
 */
export async function refuseSharedSession(client: Client, databaseUrl: string): Promise<void> {
  const { server } = placeOf(databaseUrl);
  const other = newClient({ connectionString: databaseUrl, application_name: 'holdfast-probe' });
  other.on('error', () => {});
  try {
    await connect(other);
    // The session that was used last is the first to be given out again.
    if ((await sessionOf(other)) !== (await sessionOf(client))) return;
  } finally {
    await other.end();
  }
  throw new UnfitDatabaseError(
    `What listens at ${server} gives one session of Postgres to several connections: a PgBouncer in transaction mode?\n` +
      'Set pool_mode = session for this database, or set DATABASE_URL to Postgres itself.',
  );
}

async function sessionOf(client: Client): Promise<number | undefined> {
  const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  return rows[0]?.pid;
}

/** Connects once, so that what is in the way is found before a pool tries again and again. */
export async function probe(databaseUrl: string): Promise<void> {
  const client = newClient({ connectionString: databaseUrl, application_name: 'holdfast-probe' });
  client.on('error', () => {});
  try {
    await connect(client);
    await refuseOld(client, placeOf(databaseUrl));
    await refuseSharedSession(client, databaseUrl);
  } finally {
    await client.end();
  }
}

/**
 * What is known of an error, however deep it is wrapped: the innermost that has a code, or the
 * innermost.
 */
interface Fault {
  /** SQLSTATE, or the system's. */
  code: string;
  message: string;
}

function faultOf(error: Error): Fault {
  const inner = error.cause instanceof Error ? faultOf(error.cause) : undefined;
  if (inner !== undefined && inner.code !== '') return inner;
  const { code } = error as NodeJS.ErrnoException;
  if (typeof code === 'string') return { code, message: error.message || code };
  return inner ?? { code: '', message: error.message };
}

type Say = (place: Place, fault: Fault) => string;
type Fits = (fault: Fault) => boolean;

const code =
  (pattern: RegExp): Fits =>
  (fault) =>
    pattern.test(fault.code);
/** For errors of the driver, which have no code. */
const driver =
  (pattern: RegExp): Fits =>
  (fault) =>
    fault.code === '' && pattern.test(fault.message);
/** What other things meet too counts only where a connection was being made. */
const socket =
  (pattern: RegExp): Fits =>
  (fault) =>
    pattern.test(fault.code) && /^(?:connect|getaddrinfo|read|write) |ended by|hang up/.test(fault.message);

const CHECK = 'Check host and port in DATABASE_URL';

const noAnswer: Say = ({ server }, { code }) =>
  `Postgres at ${server} did not answer in time${code === '' ? '' : ` (${code})`}.\n` +
  `${CHECK}, whether that is a Postgres, and whether a firewall is in between.`;
const noPostgres: Say = ({ server }) =>
  `What listens at ${server} does not answer as a Postgres does, or is about to stop.\n${CHECK}.`;

/** The first that fits. */
const ADVICE: readonly [Fits, Say][] = [
  [
    code(/^28P01/),
    ({ server, role }) =>
      `Postgres at ${server} refused the role "${role}": its password is wrong, or there is no such role.\n` +
      `Correct it in DATABASE_URL (${PERCENT_ENCODING}), or make the role.`,
  ],
  [
    driver(/client password must be/),
    ({ server, role }) =>
      `Postgres at ${server} asks for the password of the role "${role}", and DATABASE_URL has none.\n` +
      'Give it: postgres://ROLE:PASSWORD@HOST:PORT/DATABASE.',
  ],
  [
    code(/^28000/),
    ({ server, role, database }, { message }) =>
      `Postgres at ${server} does not let the role "${role}" into the database "${database}": ${message}.\n` +
      'Correct the role in DATABASE_URL, or allow it there: CREATE ROLE … LOGIN, and a line in pg_hba.conf. ' +
      'Where that line wants TLS, add ?sslmode=require.',
  ],
  [
    code(/^3D000/),
    ({ server, database }) =>
      `There is no database "${database}" at ${server}.\n` +
      'Make it (CREATE DATABASE), or name another one in DATABASE_URL.',
  ],
  [
    code(/^42501/),
    ({ server, role, database }, { message }) =>
      `Postgres at ${server} refused the role "${role}" in the database "${database}": ${message}.\n` +
      'Grant it that right, or set DATABASE_URL to the role that owns the tables.',
  ],
  [
    code(/^25006/),
    ({ server, database }) =>
      `The database "${database}" at ${server} is read-only: the server is a standby, or default_transaction_read_only is on.\n` +
      'Set DATABASE_URL to the primary, or turn that off (ALTER DATABASE … SET default_transaction_read_only = off).',
  ],
  [
    driver(/does not support SSL/),
    ({ server }) =>
      `Postgres at ${server} does not speak TLS, and DATABASE_URL asks for it with sslmode.\n` +
      'Turn it on there (ssl = on), or, on a network that you trust, leave sslmode out.',
  ],
  [
    code(/^(?:DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_|CERT_|ERR_TLS_CERT_)/),
    ({ server }, { code }) =>
      `The certificate of Postgres at ${server} is not trusted (${code}).\n` +
      'Name its authority (&sslrootcert=FILE, or NODE_EXTRA_CA_CERTS=FILE), and the server as the certificate does; ' +
      'or, on a network that you trust, sslmode=no-verify.',
  ],
  [
    code(/^53300/),
    ({ server }, { message }) =>
      `Postgres at ${server} has no connection left: ${message}.\n` +
      'Raise max_connections there, or lower HOLDFAST_DATABASE_POOL or the number of processes.',
  ],
  [
    code(/^(?:08|53|55000|57P)/),
    ({ server }, { code, message }) =>
      `Postgres at ${server} cannot work now: ${message} (${code}).\nLook into its log, and start again.`,
  ],
  [
    socket(/^(?:ENOTFOUND|EAI_)/),
    ({ server }, { code }) =>
      `The host of DATABASE_URL, ${server}, is not known (${code}).\n` +
      'Correct its name, or look at DNS on this machine.',
  ],
  [
    socket(/^(?:ECONNREFUSED|ENOENT|EACCES)/),
    ({ server }, { code }) =>
      `Postgres at ${server} did not answer: nothing listens there (${code}).\n` +
      'Start it, or correct host and port in DATABASE_URL.',
  ],
  [socket(/^(?:ETIMEDOUT|EHOST|ENET)/), noAnswer],
  [driver(/^(?:timeout expired|No answer within|Connection timed out)/), noAnswer],
  [socket(/^(?:ECONN|EPIPE)/), noPostgres],
  [driver(/^Connection terminated|establishing an SSL connection/), noPostgres],
];

/**
 * @param error from a connection to Postgres, or anything else
 * @returns `undefined` for an error that says nothing of the database
 */
export function adviceFor(error: unknown, databaseUrl: string): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const fault = faultOf(error);
  return ADVICE.find(([fits]) => fits(fault))?.[1](placeOf(databaseUrl), fault);
}
