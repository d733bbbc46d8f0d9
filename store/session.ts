/**
 * The settings that all connections to Postgres share. Only this file connects.
 *
 * Defaults of a database or a role can change the meaning of a statement or the format of a value:
 * `DateStyle = 'SQL, DMY'` turns 5 November into 11 May. So each new connection sets its own: one
 * round trip a connection, none a query.
 */
import { Client, type ClientConfig } from 'pg';
import { endsWithin } from '../platform/deadline.ts';
import { expectAnswers, socketOf, watchForSilence } from './connections/silence.ts';
import { DURABILITY_FACTS, needsStandby, parseFacts, raiseCommitMode } from './durability/durability.ts';
import type { DurabilityGuard } from './durability/durability-guard.ts';
import { PRIMARY_IDENTITY } from './durability/known-primary.ts';
import { schemaOf } from './schema/names.ts';
import { StoreUnavailable, answered } from './unavailable.ts';

/**
 * Settings that change the meaning of a statement or the format of a value, or end a wait that our
 * own limits bound. The operator keeps settings that only slow a statement down, and
 * `default_transaction_read_only`, which refuses statements but never changes their meaning.
 */
export const sessionSettings = () => ({
  DateStyle: 'ISO, YMD',
  IntervalStyle: 'postgres',
  TimeZone: 'UTC',
  bytea_output: 'hex',
  extra_float_digits: '1',
  client_encoding: 'UTF8',
  lc_monetary: 'C',
  lc_numeric: 'C',
  lc_time: 'C',
  /** A rebuild puts its own schema in front. */
  search_path: schemaOf('live'),
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
});

/**
 * Sets those settings that this version of Postgres knows. `synchronous_commit` must not be off: an
 * acknowledged write is on disk. Its other values (local, remote_apply, …) are the operator's
 * choice.
 */
const prepare = () => `
  SELECT pg_catalog.set_config(name, value, false)
    FROM (VALUES ${Object.entries(sessionSettings())
      .map(([name, value]) => `('${name}', '${value}')`)
      .join(', ')}) AS setting (name, value)
   WHERE pg_catalog.current_setting(name, true) IS NOT NULL
   UNION ALL
  SELECT pg_catalog.set_config('synchronous_commit', 'on', false)
   WHERE pg_catalog.current_setting('synchronous_commit') = 'off'`;

/** Timeouts of a session in milliseconds, by the name of the setting. */
interface SessionTimeouts {
  statement_timeout?: number | undefined;
  idle_in_transaction_session_timeout?: number | undefined;
}

/** Extends the statement above: sets timeouts, reads the backend, the primary, the durability. */
const prepareWith = (timeouts: SessionTimeouts, guard: DurabilityGuard | undefined): string =>
  [
    prepare(),
    raiseCommitMode(guard?.required),
    ...Object.entries(timeouts)
      .filter(([, ms]) => ms !== undefined)
      .map(([name, ms]) => `SELECT pg_catalog.set_config('${name}', '${ms}', false)`),
    `SELECT '${BACKEND}' || pid || ' ' || extract(epoch FROM backend_start)
       FROM pg_catalog.pg_stat_activity WHERE pid = pg_catalog.pg_backend_pid()`,
    needsStandby(guard?.required) ? `SELECT '${PRIMARY}' || ${PRIMARY_IDENTITY}` : undefined,
    // The last one: it reads what the others have set.
    `SELECT '${DURABILITY}' || ${DURABILITY_FACTS}`,
  ]
    .filter((part) => part !== undefined)
    .join(' UNION ALL ');
const BACKEND = 'backend ';
const PRIMARY = 'primary ';
const DURABILITY = 'durability ';

const PREPARE_TIMEOUT_MS = 5_000;
const CONNECT_TIMEOUT_MS = 10_000;
/** Time for Postgres to close a connection. */
const END_TIMEOUT_MS = 500;
/** The kernel sends its first probe after this time, and gives up after ten more seconds. */
const KEEP_ALIVE_MS = 10_000;
/** Time for the answer of a statement that Postgres has cancelled. */
const CANCEL_MS = 2_000;

/** Both words ask for TLS with a verified certificate. pg misreads `require`. */
const withVerifiedTls = (url: string): string =>
  url.replace(/([?&]sslmode=)(?:require|verify-full)(?=&|$)/, '$1verify-full');

/**
 * A client that is not yet connected: add listeners first, then {@link connect}. Its errors end no
 * process, its `end` takes at most 0.5 s, and its socket is destroyed when it goes silent.
 */
export function newClient({
  connectionString,
  ...config
}: ClientConfig & { connectionString: string }): Client {
  const client = newUnwatchedClient({ connectionString, ...config });
  watchForSilence(client, connectionString, (databaseUrl) =>
    newUnwatchedClient({ connectionString: databaseUrl, application_name: 'holdfast-check' }),
  );
  return client;
}

function newUnwatchedClient({
  connectionString,
  ...config
}: ClientConfig & { connectionString: string }): Client {
  const client = new Client({
    connectionString: withVerifiedTls(connectionString),
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
    ...config,
  });
  client.on('error', () => {}); // for its whole life; the statement that runs fails as well
  const end = client.end.bind(client);
  client.end = async () => {
    await endsWithin(end(), END_TIMEOUT_MS);
    socketOf(client).destroy();
  };
  return client;
}

export interface ConnectOptions extends SessionTimeouts {
  timeoutMs?: number | undefined;
  /** Checks the durability of the connection, and raises `synchronous_commit` to its level. */
  guard?: DurabilityGuard | undefined;
  /**
   * Set when a pooler shares the session: rejects if it lacks what it needs. The session is not
   * changed. It has no backend of its own, so a silent connection ends at the limit of a statement.
   */
  checkShared?: ((needs: SessionNeeds) => Promise<void>) | undefined;
}

/** What a session must have. */
export interface SessionNeeds {
  /** Values by the name of the setting. */
  settings: Readonly<Record<string, string>>;
  /** Time limits by name, in milliseconds: each must be set, and at most this. */
  limitsMs: SessionTimeouts;
}

/** For a shared session: reads, and sets nothing. */
const READ_DURABILITY = `SELECT '${DURABILITY}' || ${DURABILITY_FACTS}`;

/** @throws {StoreUnavailable} a standby or an old primary: its reads may lack confirmed writes */
function admit(client: Client, guard: DurabilityGuard, facts: string, identity: string | undefined): void {
  const found = parseFacts(facts);
  if (found.in_recovery) throw new StoreUnavailable('Postgres is a standby');
  if (identity !== undefined) {
    guard.primary.note(identity);
    const forget = guard.primary.onChange(() => socketOf(client).destroy());
    client.once('end', forget);
  }
  guard.note(found);
}

/**
 * Connects a client, and prepares its session. Destroys it when this throws.
 *
 * The deadline is ours, not pg's: the timer of pg counts against this process. On a busy machine it
 * fired while the answer lay in the socket, and the first order got 503.
 *
 * @param timeoutMs for the connection; the preparation has 5 s more
 */
export async function connect(
  client: Client,
  { timeoutMs = CONNECT_TIMEOUT_MS, guard, checkShared, ...timeouts }: ConnectOptions = {},
): Promise<void> {
  try {
    await answered(client.connect(), timeoutMs);
    const { rows } = await answered(
      client.query<[string]>({
        text: checkShared === undefined ? prepareWith(timeouts, guard) : READ_DURABILITY,
        rowMode: 'array',
      }),
      PREPARE_TIMEOUT_MS,
    );
    const after = (prefix: string) =>
      rows.find(([text]) => text.startsWith(prefix))?.[0].slice(prefix.length);
    if (checkShared !== undefined)
      await answered(checkShared({ settings: sessionSettings(), limitsMs: timeouts }), PREPARE_TIMEOUT_MS);
    if (guard !== undefined) admit(client, guard, after(DURABILITY)!, after(PRIMARY));
    expectAnswers(client, {
      backend: after(BACKEND),
      statementMsMax:
        timeouts.statement_timeout === undefined ? undefined : timeouts.statement_timeout + CANCEL_MS,
    });
  } catch (error) {
    socketOf(client).destroy();
    throw error;
  }
}
