/** The Slonik pool, configured for this schema. */
import { type DatabasePool, type Interceptor, SchemaValidationError, createPool } from 'slonik';
import type { Logger } from '../platform/logger.ts';
import { createSessionDriver } from './connections/driver.ts';
import type { DurabilityGuard } from './durability/durability-guard.ts';
import { StoreOverloaded } from './unavailable.ts';

export type { DatabasePool } from 'slonik';

const SIZE_MIN = 2;
/** Calls that may wait for a connection; one more is refused at once. */
const WAITING_CALLS_MAX = 5_000;
/** Milliseconds, by the name of the setting. */
export const SESSION_LIMITS_MS = {
  statement_timeout: 10_000,
  idle_in_transaction_session_timeout: 15_000,
} as const;
const CONNECTION_TIMEOUT_MS = 2_000;
/** Of a command, or of a start, which a supervisor would only repeat. */
export const PATIENT_CONNECTION_TIMEOUT_MS = 10_000;

export interface PoolOptions {
  databaseUrl: string;
  /** The most connections. */
  size: number;
  log: Logger;
  /** Connections that are opened at once: if there are any, a server that is down rejects. */
  sizeMin?: number;
  /** Sees the durability of each connection. */
  durability?: DurabilityGuard;
  /**
   * Checks each row against the schema of its statement. For tests and development: it is the most
   * expensive part of a list.
   */
  checkRows?: boolean;
  /** A request fails soon; see {@link PATIENT_CONNECTION_TIMEOUT_MS}. */
  connectionTimeoutMs?: number;
  /** Postgres cancels a statement after this time. */
  statementTimeoutMs?: number;
}

/**
 * Opens a pool.
 *
 * - `resetConnection` does nothing. The default sends `DISCARD ALL` at each checkout: one more
 *   statement for each query, and no prepared statements. In return, only session.ts may set
 *   session state, the same for all connections; other code uses `SET LOCAL`.
 * - `int8` is parsed to a safe integer: positions and amounts are far below 2^53.
 * - `numeric` stays text, never a float.
 */
export async function openPool({
  databaseUrl,
  size,
  log,
  sizeMin = Math.min(SIZE_MIN, size),
  durability,
  checkRows = false,
  connectionTimeoutMs = CONNECTION_TIMEOUT_MS,
  statementTimeoutMs = SESSION_LIMITS_MS.statement_timeout,
}: PoolOptions): Promise<DatabasePool> {
  const bounded: Interceptor = {
    name: 'bounded-queue',
    beforePoolConnection: async () => {
      if (pool.state().waitingClients < WAITING_CALLS_MAX) return undefined;
      throw new StoreOverloaded(`${WAITING_CALLS_MAX} calls wait for a connection`);
    },
  };
  const pool: DatabasePool = await createPool(databaseUrl, {
    maxPoolSize: size,
    minPoolSize: sizeMin,
    connectionTimeout: connectionTimeoutMs,
    connectionRetryLimit: 1,
    statementTimeout: statementTimeoutMs,
    idleInTransactionSessionTimeout: SESSION_LIMITS_MS.idle_in_transaction_session_timeout,
    idleTimeout: 60_000,
    // A retried statement could meet its own first run: each caller decides about retries.
    queryRetryLimit: 0,
    driverFactory: createSessionDriver(durability),
    resetConnection: async () => {},
    typeParsers: [
      { name: 'int8', parse: safeInteger },
      { name: 'numeric', parse: (text) => text },
      { name: 'timestamptz', parse: createInstantParser() },
      { name: 'json', parse: (text) => text },
    ],
    interceptors: [bounded, ...(checkRows ? [rowChecker] : [])],
  });
  // Slonik also emits an error that it throws to the caller; without a listener Node would throw.
  pool.on('error', (error) => log.debug({ err: error }, 'database error'));
  return pool;
}

/** Parses a time to RFC 3339, UTC, with milliseconds. Caches one time: rows of a batch share it. */
function createInstantParser(): (text: string | null) => string | null {
  let lastText: string | null = null;
  let lastInstant: string | null = null;
  return (text) => {
    if (text === lastText) return lastInstant;
    lastInstant = text === null ? null : instantOf(text);
    lastText = text;
    return lastInstant;
  };
}

/** The format of a time in our sessions (session.ts). */
const TIME_FORMAT = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?\+00$/;

/**
 * Parses a time of Postgres; cuts off microseconds.
 *
 * @throws {RangeError} another format: its day could be read as its month
 */
export function instantOf(text: string): string {
  const [, day, time, fraction = ''] = TIME_FORMAT.exec(text) ?? [];
  if (day === undefined)
    throw new RangeError(`Postgres sent the time ${text}, not in the format 2026-01-31 12:00:00.000+00`);
  return `${day}T${time}.${fraction.slice(0, 3).padEnd(3, '0')}Z`;
}

function safeInteger(text: string | null): number | null {
  if (text === null) return null;
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`int8 ${text} is beyond 2^53`);
  return value;
}

const rowChecker: Interceptor = {
  name: 'row-checker',
  transformRow: (context, query, row) => {
    const checked = context.resultParser?.['~standard'].validate(row);
    if (checked === undefined || checked instanceof Promise) return row;
    if (checked.issues) throw new SchemaValidationError(query, row, checked.issues);
    return checked.value as typeof row;
  },
};
