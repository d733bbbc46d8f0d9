import {
  BackendTerminatedError,
  BackendTerminatedUnexpectedlyError,
  ConnectionError,
  StatementCancelledError,
  StatementTimeoutError,
  UnexpectedStateError,
} from 'slonik';

/**
 * Postgres did not answer. A command that was on its way took effect once or not at all: the client may send it again
 * with the same idempotency key, and will learn which.
 */
export class StoreUnavailable extends Error {
  override name = 'StoreUnavailable';
}

/** A queue is full: of commands that wait to be appended, or of calls that wait for a connection. Nothing took effect. */
export class StoreOverloaded extends Error {
  override name = 'StoreOverloaded';
}

/**
 * Waits for a promise, and no longer than so many ms of Postgres' time, not of ours: when the event loop was busy for longer than that, the
 * answer may lie in the socket, and is read before the verdict falls.
 *
 * @throws {StoreUnavailable} the time is up
 */
export async function withDeadline<T>(promise: Promise<T>, ms: number): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timeUp = () => late.reject(new StoreUnavailable(`No answer within ${ms} ms`));
  const timer = setTimeout(() => setImmediate(timeUp), ms);
  promise.catch(() => {}); // it may still fail after nobody waits for it any more
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** SQLSTATE classes of a server that cannot work now: 08 connection, 53 resources, 57P0x shutdown or starting, 25006 read only. */
const SQLSTATE = /^(?:08|53|57P0|25006)/;
const SOCKET = /^(?:ECONN|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN)/;

/** Whether an error says that Postgres cannot be reached or cannot work now. */
export const isOutage = (error: unknown): boolean => {
  if (
    error instanceof BackendTerminatedError ||
    error instanceof BackendTerminatedUnexpectedlyError ||
    error instanceof ConnectionError ||
    error instanceof StatementTimeoutError ||
    error instanceof StatementCancelledError ||
    error instanceof UnexpectedStateError
  ) {
    return true;
  }
  if (!(error instanceof Error)) return false;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return SQLSTATE.test(code) || SOCKET.test(code) || isOutage(error.cause);
};

/** Milliseconds that a database call may take before its caller is told that Postgres did not answer. */
const DEADLINE = 5_000;

/**
 * Waits for a database call, for a bounded time, and turns every sign of an outage into {@link StoreUnavailable}; other errors pass.
 *
 * The bound is needed: while Postgres is down, a pool tries one connection after the other, and whoever waits behind may wait for ever.
 */
export async function reachable<T>(call: Promise<T>): Promise<T> {
  try {
    return await withDeadline(call, DEADLINE);
  } catch (error) {
    if (error instanceof StoreUnavailable || error instanceof StoreOverloaded) throw error;
    throw isOutage(error) ? new StoreUnavailable('Postgres did not answer', { cause: error }) : error;
  }
}
