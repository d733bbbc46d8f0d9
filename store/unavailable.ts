/** The two ways in which the store refuses work: Postgres is unavailable, or a queue is full. */
import {
  BackendTerminatedError,
  BackendTerminatedUnexpectedlyError,
  ConnectionError,
  StatementCancelledError,
  StatementTimeoutError,
  UnexpectedStateError,
} from 'slonik';
import { DeadlineExceeded, withDeadline } from '../platform/deadline.ts';

/**
 * Postgres did not answer. The command took effect once or not at all: the client sends it again
 * with the same idempotency key and learns which.
 */
export class StoreUnavailable extends Error {
  override name = 'StoreUnavailable';
}

/**
 * A queue is full, of commands that wait for an append or of calls that wait for a connection.
 * Nothing took effect.
 */
export class StoreOverloaded extends Error {
  override name = 'StoreOverloaded';
}

/**
 * SQLSTATE of a server that cannot work now: 08 connection, 53 resources, 57P0x shutdown or start,
 * 580 its disk or operating system failed, 25006 read only.
 */
const OUTAGE_SQLSTATE = /^(?:08|53|57P0|580|25006)/;
const OUTAGE_ERRNO = /^(?:ECONN|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN)/;

/** Of pg and Slonik, about a connection that ended while it was idle: these errors have no code. */
const OUTAGE_MESSAGE =
  /^(?:Connection terminated|Client has encountered a connection error|Client was closed|Client is (?:pending destroy|destroyed)|Connection pool is being)/;

/** Whether an error, or a cause of it, means that Postgres cannot be reached or cannot work now. */
export const isOutage = (error: unknown): boolean => {
  if (
    error instanceof StoreUnavailable ||
    error instanceof BackendTerminatedError ||
    error instanceof BackendTerminatedUnexpectedlyError ||
    error instanceof ConnectionError ||
    error instanceof StatementTimeoutError ||
    error instanceof StatementCancelledError ||
    error instanceof UnexpectedStateError ||
    error instanceof StoreOverloaded
  ) {
    return true;
  }
  if (!(error instanceof Error)) return false;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return (
    OUTAGE_SQLSTATE.test(code) ||
    OUTAGE_ERRNO.test(code) ||
    (code === '' && OUTAGE_MESSAGE.test(error.message)) ||
    isOutage(error.cause)
  );
};

/** Whether an error, or a cause of it, has this SQLSTATE. */
export const hasState = (error: unknown, state: string): boolean =>
  error instanceof Error && (('code' in error && error.code === state) || hasState(error.cause, state));

/** Whether an error means that the disk of Postgres is full. */
export const isDiskFull = (error: unknown): boolean => hasState(error, '53100');

/** Whether an error means that a lock was not free within `lock_timeout`. */
export const isLocked = (error: unknown): boolean => hasState(error, '55P03');

/**
 * Waits for a Postgres call for at most `timeoutMs`. Errors of the call pass unchanged.
 *
 * @throws {StoreUnavailable} the deadline passed
 */
export async function answered<T>(call: Promise<T>, timeoutMs: number): Promise<T> {
  try {
    return await withDeadline(call, timeoutMs);
  } catch (error) {
    if (!(error instanceof DeadlineExceeded)) throw error;
    throw new StoreUnavailable(error.message, { cause: error });
  }
}

const CALL_TIMEOUT_MS = 5_000;

/**
 * Waits for a Postgres call for at most 5 seconds and maps each sign of an outage to
 * {@link StoreUnavailable}. Other errors pass.
 *
 * The deadline is needed: while Postgres is down, a pool tries one connection after another, and a
 * call that waits for a connection could wait forever.
 */
export async function reachable<T>(call: Promise<T>): Promise<T> {
  try {
    return await answered(call, CALL_TIMEOUT_MS);
  } catch (error) {
    if (error instanceof StoreUnavailable || error instanceof StoreOverloaded) throw error;
    throw isOutage(error) ? new StoreUnavailable('Postgres did not answer', { cause: error }) : error;
  }
}
