/** Slonik, set up for this schema. */
import { type DatabasePool, type Interceptor, SchemaValidationError, createPool } from 'slonik';
import type { Logger } from '../platform/logger.ts';
import { createSessionDriver } from './session.ts';
import { StoreOverloaded } from './unavailable.ts';

export type { DatabasePool } from 'slonik';

/** Calls that may wait for a connection; one more is refused at once. */
const MAX_WAITING = 5_000;

export interface PoolOptions {
  databaseUrl: string;
  /** Connections at most. */
  size: number;
  log: Logger;
  /**
   * Check every row against the schema of its statement. For tests and development: a zod parse a
   * row is the dearest part of a list.
   */
  checkRows?: boolean;
  /** Milliseconds after which Postgres gives a statement up. */
  statementTimeout?: number;
}

/**
 * - `resetConnection` does nothing: the default sends `DISCARD ALL` at every checkout, one more
 * statement for each
 *   query, and forgets the prepared statements. Session state would leak from user to user of a
 *   connection, so nothing sets any (`SET LOCAL` only) but session.ts, which sets the same for all.
 * - `int8` comes as a number and is checked to be a safe one: positions and amounts are far below
 * 2^53.
 * - `numeric` comes as text, never as a float.
 */
export async function openPool({
  databaseUrl,
  size,
  log,
  checkRows = false,
  statementTimeout = 10_000,
}: PoolOptions): Promise<DatabasePool> {
  const bounded: Interceptor = {
    name: 'bounded-queue',
    beforePoolConnection: async () => {
      if (pool.state().waitingClients < MAX_WAITING) return undefined;
      throw new StoreOverloaded(`${MAX_WAITING} calls wait for a connection`);
    },
  };
  const pool: DatabasePool = await createPool(databaseUrl, {
    maxPoolSize: size,
    minPoolSize: Math.min(2, size),
    connectionTimeout: 2_000,
    connectionRetryLimit: 1,
    statementTimeout,
    idleInTransactionSessionTimeout: 15_000,
    idleTimeout: 60_000,
    // A statement that runs again by itself could meet its own first run; each caller says what it
    // wants.
    queryRetryLimit: 0,
    driverFactory: createSessionDriver(),
    resetConnection: async () => {},
    typeParsers: [
      { name: 'int8', parse: safeInteger },
      { name: 'numeric', parse: (text) => text },
      { name: 'timestamptz', parse: createInstantParser() },
      { name: 'json', parse: (text) => text },
    ],
    interceptors: [bounded, ...(checkRows ? [rowChecker] : [])],
  });
  // Slonik announces each failed statement here as well as to its caller; without a listener Node
  // would throw.
  pool.on('error', (error) => log.debug({ err: error }, 'database error'));
  return pool;
}

/**
 * RFC 3339 in UTC, milliseconds. The rows of a batch mostly carry one and the same time, which is
 * then worked out once.
 */
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

/** How a session of ours (session.ts) spells a time. */
const SPELT = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?\+00$/;

/**
 * Cuts microseconds off. A time that is spelt otherwise is refused: read as a date, its day might
 * pass for its month.
 */
export function instantOf(text: string): string {
  const [, day, time, fraction = ''] = SPELT.exec(text) ?? [];
  if (day === undefined)
    throw new RangeError(`Postgres spelt a time as ${text}, not as 2026-01-31 12:00:00.000+00`);
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
