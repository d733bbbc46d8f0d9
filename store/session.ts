/**
 * The settings that all connections to Postgres share. Only this file connects.
 *
 * Defaults of a database or a role can change the meaning of a statement or the format of a value:
 * `DateStyle = 'SQL, DMY'` turns 5 November into 11 May. So each new connection sets its own: one
 * round trip a connection, none a query.
 */
import { createPgDriverFactory } from '@slonik/pg-driver';
import { Client, type ClientConfig } from 'pg';
import { parseDsn } from 'slonik';
import { answered } from './unavailable.ts';

/**
 * Settings that change the meaning of a statement or the format of a value, or end a wait that our
 * own limits bound. The operator keeps settings that only slow a statement down, and
 * `default_transaction_read_only`, which refuses statements but never changes their meaning.
 */
const SESSION = {
  DateStyle: 'ISO, YMD',
  IntervalStyle: 'postgres',
  TimeZone: 'UTC',
  bytea_output: 'hex',
  extra_float_digits: '1',
  client_encoding: 'UTF8',
  lc_monetary: 'C',
  lc_numeric: 'C',
  lc_time: 'C',
  /** The schema of our tables. A rebuild puts its own schema in front of it. */
  search_path: 'public',
  standard_conforming_strings: 'on',
  transform_null_equals: 'off',
  /** When off, Postgres reads NULL in an array as the text 'NULL'. */
  array_nulls: 'on',
  /** When on, the index definitions that a rebuild copies have quoted names. */
  quote_all_identifiers: 'off',
  /** append_events relies on it: after it got its lock, it sees every earlier commit. */
  default_transaction_isolation: 'read committed',
  // Each statement has statement_timeout, and each call has a deadline.
  lock_timeout: '0',
  idle_session_timeout: '0',
  transaction_timeout: '0',
} as const;

/**
 * Sets those settings that this version of Postgres knows. `synchronous_commit` must not be off: an
 * acknowledged write is on disk. Its other values (local, remote_apply, …) are the operator's
 * choice.
 */
const PREPARE = `
  SELECT pg_catalog.set_config(name, value, false)
    FROM (VALUES ${Object.entries(SESSION)
      .map(([name, value]) => `('${name}', '${value}')`)
      .join(', ')}) AS setting (name, value)
   WHERE pg_catalog.current_setting(name, true) IS NOT NULL
   UNION ALL
  SELECT pg_catalog.set_config('synchronous_commit', 'on', false)
   WHERE pg_catalog.current_setting('synchronous_commit') = 'off'`;

/** Extends the statement above: sets the timeouts of a pool. */
const timeoutsOf = ({
  statementTimeout,
  idleInTransactionSessionTimeout,
}: Record<'statementTimeout' | 'idleInTransactionSessionTimeout', number | 'DISABLE_TIMEOUT'>): string =>
  Object.entries({
    statement_timeout: statementTimeout,
    idle_in_transaction_session_timeout: idleInTransactionSessionTimeout,
  })
    .filter(([, ms]) => typeof ms === 'number')
    .map(([name, ms]) => ` UNION ALL SELECT pg_catalog.set_config('${name}', '${ms}', false)`)
    .join('');

const PREPARE_TIMEOUT_MS = 5_000;
const CONNECT_TIMEOUT_MS = 10_000;
/**
 * pg destroys the socket of an attempt after this time. pg's timer counts against this process: on
 * a busy machine it fired while the answer lay in the socket, and the first order got 503. So the
 * deadline of an attempt is ours (platform/deadline.ts), and this one only closes lost sockets.
 */
const SOCKET_TIMEOUT_MS = 20_000;

/**
 * Both words ask for TLS with a verified certificate: `require` in Slonik, `verify-full` in pg.
 * Each library refuses or misreads the word of the other.
 */
const withSslMode = (url: string, word: 'require' | 'verify-full'): string =>
  url.replace(/([?&]sslmode=)(?:require|verify-full)(?=&|$)/, `$1${word}`);

/** A driver for pools that sets up each connection before its first use. */
export function createSessionDriver(): ReturnType<typeof createPgDriverFactory> {
  const createDriver = createPgDriverFactory();
  return async (given) => {
    const { driverConfiguration } = given;
    const connectionUri = withSslMode(driverConfiguration.connectionUri, 'require');
    const driver = await createDriver({
      ...given,
      // Slonik reads the certificate files of the URL, but its driver loses them. Timeouts in the
      // startup message are off, because PgBouncer refuses such a message.
      driverConfiguration: {
        ...driverConfiguration,
        connectionUri,
        ssl: parseDsn(connectionUri).ssl,
        statementTimeout: 'DISABLE_TIMEOUT',
        idleInTransactionSessionTimeout: 'DISABLE_TIMEOUT',
        connectionTimeout: SOCKET_TIMEOUT_MS,
      },
    });
    const prepare = PREPARE + timeoutsOf(driverConfiguration);
    const connectTimeoutMs = Number(driverConfiguration.connectionTimeout);
    return {
      async createClient() {
        const attempt = driver.createClient();
        const client = await answered(attempt, connectTimeoutMs).catch((error: unknown) => {
          attempt.then((late) => late.destroy()).catch(() => {});
          throw error;
        });
        try {
          client.acquire();
          await answered(client.query(prepare), PREPARE_TIMEOUT_MS);
          await client.release();
        } catch (error) {
          client.destroy().catch(() => {});
          throw error;
        }
        return client;
      },
    };
  };
}

/** A client outside the pools, not yet connected: add listeners first, then {@link connect}. */
export const newClient = ({
  connectionString,
  ...config
}: ClientConfig & { connectionString: string }): Client =>
  new Client({
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    connectionString: withSslMode(connectionString, 'verify-full'),
    ...config,
  });

/** Connects a client. The caller ends the client, also when this throws. */
export async function connect(client: Client): Promise<void> {
  await client.connect();
  await answered(client.query(PREPARE), PREPARE_TIMEOUT_MS);
}
