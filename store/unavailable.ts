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

/** The append queue is full. The command took no effect. */
export class StoreOverloaded extends Error {
  override name = 'StoreOverloaded';
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

/** Runs a database call and turns every sign of an outage into {@link StoreUnavailable}; other errors pass. */
export async function reachable<T>(call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    throw isOutage(error) ? new StoreUnavailable('Postgres did not answer', { cause: error }) : error;
  }
}
