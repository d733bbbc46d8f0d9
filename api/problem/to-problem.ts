/** The one place where whatever was thrown becomes the problem that the client is told. */
import { StoreOverloaded, StoreUnavailable } from '../../store/unavailable.ts';
import { RateLimited } from '../limiter/rate-limited.ts';
import { Problem } from './problem.ts';

/** Seconds after which a shed request is worth another try: by then a full queue has been written several times over. */
const SHED_RETRY_AFTER = '1';
/** Seconds after which a lost Postgres is worth another try: a restart takes about as long. */
const OUTAGE_RETRY_AFTER = '2';

export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof RateLimited) {
    const { rate, resetSeconds } = error.decision;
    return new Problem(
      'rate_limited',
      `The quota of ${rate.count} requests in ${rate.seconds} seconds is used up.`,
      {
        headers: { 'Retry-After': String(resetSeconds) },
      },
    );
  }
  if (error instanceof StoreOverloaded) {
    return new Problem(
      'overloaded',
      'More commands are waiting than can be written soon. This one took no effect.',
      {
        headers: { 'Retry-After': SHED_RETRY_AFTER },
      },
    );
  }
  if (error instanceof StoreUnavailable) {
    return new Problem(
      'unavailable',
      'The store did not answer. The request took effect once or not at all.',
      {
        headers: { 'Retry-After': OUTAGE_RETRY_AFTER },
        cause: error,
      },
    );
  }
  return fromHttpError(error) ?? internalError(error);
}

const internalError = (cause: unknown) =>
  new Problem(
    'internal_error',
    'Something went wrong on our side. Send the same request with the same key again.',
    { cause },
  );

/** Errors of Koa, its router and koa-body carry the status that they mean. */
function fromHttpError(error: unknown): Problem | undefined {
  const status = error instanceof Error && 'status' in error ? error.status : undefined;
  switch (status) {
    case 400:
      return new Problem('malformed_request', 'The request could not be read.', { cause: error });
    case 408:
      return new Problem('request_timeout', 'The request did not arrive in time.', { cause: error });
    case 413:
      return new Problem(
        'content_too_large',
        `The body of this call may have at most ${(error as { limit?: number }).limit} bytes.`,
        { cause: error },
      );
    default:
      return undefined;
  }
}
