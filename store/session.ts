/**
 * What every connection to Postgres has in common: this is the only file that connects.
 *
 * The defaults of a database or of a role may change what a statement means or how a value is spelt: `DateStyle = 'SQL, DMY'`
 * turns 5 November into 11 May. So each connection is given its settings when it has been made: one round trip a connection, none a query.
 */
import { createPgDriverFactory } from '@slonik/pg-driver';
import { Client, type ClientConfig } from 'pg';
import { parseDsn } from 'slonik';
import { withDeadline } from './unavailable.ts';

/**
 * What changes the meaning of a statement, the spelling of a value, or ends a wait that our own limits bound. What only makes a statement
 * slow, and `default_transaction_read_only`, which refuses and never lies, stay the operator's.
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
  /** The schema of our tables; rebuilds name it, and put another one in front of it. */
  search_path: 'public',
  standard_conforming_strings: 'on',
  transform_null_equals: 'off',
  /** Off, a NULL in an array is a word of four letters. */
  array_nulls: 'on',
  /** On, the definitions of indexes that a rebuild copies are spelt otherwise. */
  quote_all_identifiers: 'off',
  /** append_events relies on it: after its lock it sees all that was committed before. */
  default_transaction_isolation: 'read committed',
  // Each statement has statement_timeout, each call a deadline.
  lock_timeout: '0',
  idle_session_timeout: '0',
  transaction_timeout: '0',
} as const;

/**
 * Sets what this version of Postgres knows. An acknowledged write is on disk, so `synchronous_commit` must not be off; which of the
 * other values it has (local, remote_apply, …) says how far standbys are waited for, and is the operator's.
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

/** Sets the timeouts of a pool, with the statement above. */
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

/** For the statement above. */
const PREPARE_TIMEOUT_MS = 5_000;
const CONNECT_TIMEOUT_MS = 10_000;

/**
 * TLS with a certificate that is verified: `require` for Slonik, `verify-full` for pg, which would
 * warn of the other spelling. Each refuses, or misreads, that of the other.
 */
const spelling = (url: string, word: 'require' | 'verify-full'): string =>
  url.replace(/([?&]sslmode=)(?:require|verify-full)(?=&|$)/, `$1${word}`);

/** A driver for pools whose connections are prepared before they are first used. */
export function createSessionDriver(): ReturnType<typeof createPgDriverFactory> {
  const createDriver = createPgDriverFactory();
  return async (given) => {
    const { driverConfiguration } = given;
    const connectionUri = spelling(driverConfiguration.connectionUri, 'require');
    const driver = await createDriver({
      ...given,
      // Slonik reads the files that the address names, and its driver forgets them.
      // Its timeouts would go along with the connection request, and PgBouncer refuses such a
      // request.
      driverConfiguration: {
        ...driverConfiguration,
        connectionUri,
        ssl: parseDsn(connectionUri).ssl,
        statementTimeout: 'DISABLE_TIMEOUT',
        idleInTransactionSessionTimeout: 'DISABLE_TIMEOUT',
      },
    });
    const prepare = PREPARE + timeoutsOf(driverConfiguration);
    return {
      async createClient() {
        const client = await driver.createClient();
        try {
          client.acquire();
          await withDeadline(client.query(prepare), PREPARE_TIMEOUT_MS);
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

/** A client beside the pools, to be listened to before it is connected. */
export const newClient = ({
  connectionString,
  ...config
}: ClientConfig & { connectionString: string }): Client =>
  new Client({
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    connectionString: spelling(connectionString, 'verify-full'),
    ...config,
  });

/** Connects a client. The caller ends it, also when this fails. */
export async function connect(client: Client): Promise<void> {
  await client.connect();
  await withDeadline(client.query(PREPARE), PREPARE_TIMEOUT_MS);
}
