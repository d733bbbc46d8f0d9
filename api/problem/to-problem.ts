/** Maps each error to the problem that the client reads. */
import { UnknownEventError } from '../../domain/order/upcast.ts';
import { DurabilityNotInForce } from '../../store/durability/durability-guard.ts';
import { PrimaryNotConfirmed } from '../../store/durability/primary-lease.ts';
import { SecretNotDecrypted } from '../../store/secrets/keyring.ts';
import { StoreOverloaded, StoreUnavailable } from '../../store/unavailable.ts';
import { RateLimited } from '../limiter/rate-limited.ts';
import { Problem } from './problem.ts';

/** A full append queue drains several times in a second. */
const SHED_RETRY_AFTER_SECONDS = '1';
/** A restart of Postgres takes about two seconds. */
const OUTAGE_RETRY_AFTER_SECONDS = '2';
/** An operator has to add a key. */
const MISSING_KEY_RETRY_AFTER_SECONDS = '30';
/** Another node may answer at once; after a rolling deploy, each does. */
const OTHER_NODE_RETRY_AFTER_SECONDS = '1';

export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof RateLimited) {
    const { policy, resetSeconds } = error.decision;
    const { name, rate } = policy;
    const subject = name.startsWith('tenant-') ? 'Quota of the tenant' : 'Quota';
    return new Problem(
      'rate_limited',
      `${subject} exceeded: ${rate.count} requests in ${rate.seconds} seconds. Retry after the seconds of Retry-After.`,
      {
        headers: { 'Retry-After': String(resetSeconds) },
      },
    );
  }
  if (error instanceof StoreOverloaded) {
    return new Problem('overloaded', `${error.message}. This request took no effect.`, {
      headers: { 'Retry-After': SHED_RETRY_AFTER_SECONDS },
    });
  }
  if (error instanceof DurabilityNotInForce) {
    return new Problem(
      'unavailable',
      'The database keeps writes less safely than this installation requires. The request took effect once or not at all. Send it again.',
      { headers: { 'Retry-After': OUTAGE_RETRY_AFTER_SECONDS }, cause: error },
    );
  }
  if (error instanceof PrimaryNotConfirmed) {
    return new Problem(
      'unavailable',
      'No standby confirms that this database is the primary, so its data may be stale. The request took effect once or not at all. Send it again.',
      { headers: { 'Retry-After': OUTAGE_RETRY_AFTER_SECONDS }, cause: error },
    );
  }
  if (error instanceof StoreUnavailable) {
    return new Problem(
      'unavailable',
      'The store did not answer. The request took effect once or not at all. Send it again.',
      {
        headers: { 'Retry-After': OUTAGE_RETRY_AFTER_SECONDS },
        cause: error,
      },
    );
  }
  if (error instanceof UnknownEventError) {
    return new Problem(
      'unavailable',
      `This node cannot read the event: ${error.message}. Send the request again: a node of the newer release answers.`,
      { headers: { 'Retry-After': OTHER_NODE_RETRY_AFTER_SECONDS }, cause: error },
    );
  }
  if (error instanceof SecretNotDecrypted) {
    return new Problem(
      'unavailable',
      'The server cannot decrypt a secret of this endpoint. The request took no effect. Send it again when the operator has added the key.',
      { headers: { 'Retry-After': MISSING_KEY_RETRY_AFTER_SECONDS }, cause: error },
    );
  }
  return fromHttpError(error) ?? internalError(error);
}

const internalError = (cause: unknown) =>
  new Problem('internal_error', 'The server failed. Send the same request with the same key again.', {
    cause,
  });

/** Errors of Koa, its router and koa-body have a `status`. */
function fromHttpError(error: unknown): Problem | undefined {
  const status = error instanceof Error && 'status' in error ? error.status : undefined;
  switch (status) {
    case 400:
      return new Problem('malformed_request', 'The request is not readable as HTTP.', { cause: error });
    case 408:
      return new Problem('request_timeout', 'The request did not arrive in time. Send it again.', {
        cause: error,
      });
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
