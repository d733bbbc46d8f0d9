/** Advice for errors of a connection to Postgres: what is wrong, where, and what to do. */
import { PERCENT_ENCODING } from '../platform/settings/address.ts';
import { type DatabaseLocation, locationOf } from './unfit.ts';

/** The part of an error that the advice depends on. */
interface Fault {
  /** SQLSTATE or errno; empty for an error of the driver. */
  code: string;
  message: string;
}

/** The innermost cause that has a code, else the innermost cause. */
function faultOf(error: Error): Fault {
  const inner = error.cause instanceof Error ? faultOf(error.cause) : undefined;
  if (inner !== undefined && inner.code !== '') return inner;
  const { code } = error as NodeJS.ErrnoException;
  if (typeof code === 'string') return { code, message: error.message || code };
  return inner ?? { code: '', message: error.message };
}

type Advise = (location: DatabaseLocation, fault: Fault) => string;
type Matches = (fault: Fault) => boolean;

const code =
  (pattern: RegExp): Matches =>
  (fault) =>
    pattern.test(fault.code);
/** Matches an error of the driver, which has no code. */
const driver =
  (pattern: RegExp): Matches =>
  (fault) =>
    fault.code === '' && pattern.test(fault.message);
/** Matches an errno only while connecting: other calls fail with the same codes. */
const socket =
  (pattern: RegExp): Matches =>
  (fault) =>
    pattern.test(fault.code) && /^(?:connect|getaddrinfo|read|write) |ended by|hang up/.test(fault.message);

const CHECK_ADDRESS = 'Check host and port in DATABASE_URL';

const noAnswer: Advise = ({ server }, { code }) =>
  `Postgres at ${server} did not answer in time${code === '' ? '' : ` (${code})`}.\n` +
  `${CHECK_ADDRESS}. Check that Postgres runs there, and that a firewall lets you through.`;
const noPostgres: Advise = ({ server }) =>
  `The server at ${server} ended the connection: it does not answer like Postgres, or it shuts down, ` +
  `or somebody ended the session.\n${CHECK_ADDRESS}. If they are right, start Holdfast again.`;

/** The first match counts. */
const ADVICE: readonly [Matches, Advise][] = [
  [
    code(/^28P01/),
    ({ server, role }) =>
      `Postgres at ${server} refused the role "${role}": its password is wrong, or there is no such role.\n` +
      `Correct the password in DATABASE_URL (${PERCENT_ENCODING}), or create the role.`,
  ],
  [
    driver(/client password must be/),
    ({ server, role }) =>
      `Postgres at ${server} asks for the password of the role "${role}", and DATABASE_URL has none.\n` +
      'Add it: postgres://ROLE:PASSWORD@HOST:PORT/DATABASE.',
  ],
  [
    code(/^28000/),
    ({ server, role, database }, { message }) =>
      `Postgres at ${server} does not let the role "${role}" into the database "${database}": ${message}.\n` +
      'Correct the role in DATABASE_URL, or allow it on the server: CREATE ROLE … LOGIN, and a line in pg_hba.conf. ' +
      'If that line requires TLS, add ?sslmode=require to DATABASE_URL.',
  ],
  [
    code(/^3D000/),
    ({ server, database }) =>
      `There is no database "${database}" at ${server}.\n` +
      'Create it (CREATE DATABASE), or name another database in DATABASE_URL.',
  ],
  [
    code(/^42501/),
    ({ server, role, database }, { message }) =>
      `Postgres at ${server} refused the role "${role}" in the database "${database}": ${message}.\n` +
      'Grant the role this right, or set DATABASE_URL to the role that owns the tables.',
  ],
  [
    code(/^25006/),
    ({ server, database }) =>
      `The database "${database}" at ${server} is read-only: the server is a standby, or default_transaction_read_only is on.\n` +
      'Set DATABASE_URL to the primary, or run ALTER DATABASE … SET default_transaction_read_only = off.',
  ],
  [
    driver(/does not support SSL/),
    ({ server }) =>
      `Postgres at ${server} does not speak TLS, and DATABASE_URL asks for it with sslmode.\n` +
      'Turn TLS on at the server (ssl = on), or leave sslmode out if you trust the network.',
  ],
  [
    code(/^(?:DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_|CERT_|ERR_TLS_CERT_)/),
    ({ server }, { code }) =>
      `The certificate of Postgres at ${server} is not trusted (${code}).\n` +
      'Name its certificate authority (&sslrootcert=FILE, or NODE_EXTRA_CA_CERTS=FILE) and use the host name of the certificate; ' +
      'or set sslmode=no-verify if you trust the network.',
  ],
  [
    code(/^53300/),
    ({ server }, { message }) =>
      `Postgres at ${server} has no connection left: ${message}.\n` +
      'Raise max_connections on the server, or lower HOLDFAST_DATABASE_POOL or the number of processes.',
  ],
  [
    code(/^(?:08|53|55000|57P)/),
    ({ server }, { code, message }) =>
      `Postgres at ${server} cannot work now: ${message} (${code}).\nRead the log of Postgres, then start Holdfast again.`,
  ],
  [
    socket(/^(?:ENOTFOUND|EAI_)/),
    ({ server }, { code }) =>
      `The host of DATABASE_URL, ${server}, is not known (${code}).\n` +
      'Correct the name, or check DNS on this machine.',
  ],
  [
    socket(/^(?:ECONNREFUSED|ENOENT|EACCES)/),
    ({ server }, { code }) =>
      `Postgres at ${server} did not answer: nothing listens there (${code}).\n` +
      'Start Postgres, or correct host and port in DATABASE_URL.',
  ],
  [socket(/^(?:ETIMEDOUT|EHOST|ENET)/), noAnswer],
  [driver(/^(?:timeout expired|No answer within|Connection timed out)/), noAnswer],
  [socket(/^(?:ECONN|EPIPE)/), noPostgres],
  [driver(/^Connection terminated|establishing an SSL connection/), noPostgres],
];

/**
 * The message for an operator whose database cannot be reached or used.
 *
 * @param error of a connection to Postgres, or any other
 * @returns `undefined` when the error is not about the database
 */
export function adviceFor(error: unknown, databaseUrl: string): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const fault = faultOf(error);
  return ADVICE.find(([matches]) => matches(fault))?.[1](locationOf(databaseUrl), fault);
}
