/** `Holdfast-Read-After`: a list waits until it has the client's own write. */
import type { Projection } from '../../projections/projection.ts';
import type { Awaited, Look } from '../../projections/read-after.ts';
import type { Call } from '../handler.ts';
import { invalidParameter } from '../problem/invalid-parameter.ts';
import { Problem } from '../problem/problem.ts';

const READ_AFTER_MS_MAX = 5_000;

type ReadingCall = Pick<Call, 'ctx' | 'input' | 'services' | 'principal' | 'confirm' | 'beginWait'>;

/**
 * Waits for the position in the header field, if the request has one.
 *
 * @throws {Problem} 400 for a position beyond the log, or that it lost; 401 for a key that was
 *   revoked meanwhile; 503 after the timeout, or at once when too many requests of the tenant wait
 */
export async function readAfter(call: ReadingCall, projection: Projection): Promise<void> {
  const field = call.input.headers['Holdfast-Read-After'];
  if (field === undefined) return;
  const { services, principal, confirm } = call;
  const awaited = {
    partition: principal.partition,
    consumer: projection.name,
    // A number in version 1, digits in version 2. A position beyond 2^53 is beyond the log.
    position: Number(field),
  };
  const looked = await services.readAfter.look(awaited);
  const reached = looked === 'behind' ? await waitFor(call, awaited) : looked;
  await confirm();
  if (reached !== 'reached') throw problemOf(reached, awaited);
}

/** Waits while the client is there. */
async function waitFor({ ctx, services, principal, beginWait }: ReadingCall, awaited: Awaited) {
  const endWait = beginWait();
  if (endWait === undefined) return 'crowded';
  const gone = new AbortController();
  const leave = () => gone.abort();
  ctx.res.once('close', leave);
  if (ctx.req.socket.destroyed) leave(); // 'close' was already emitted
  try {
    const { tenantId } = principal;
    return await services.readAfter.wait(awaited, {
      tenantId,
      timeoutMs: READ_AFTER_MS_MAX,
      gone: gone.signal,
    });
  } finally {
    ctx.res.off('close', leave);
    await endWait();
  }
}

const REFUSALS = {
  beyond_head:
    'is beyond the end of the log; send the Holdfast-Position of an answer. ' +
    'After a failover or restore, first repeat your write with the same Idempotency-Key',
  lost:
    'is a position that the log lost in a failover or restore; ' +
    'repeat your write with the same Idempotency-Key, and send the Holdfast-Position of its answer',
};

function problemOf(reached: Exclude<Look, 'reached'> | 'crowded', { position }: Awaited): Problem {
  if (reached === 'beyond_head' || reached === 'lost')
    return invalidParameter([{ parameter: 'Holdfast-Read-After', detail: REFUSALS[reached] }], 'header');
  const detail =
    reached === 'crowded'
      ? `The list has not reached position ${position}, and too many requests of this tenant wait for lists.`
      : `The list did not reach position ${position} within ${READ_AFTER_MS_MAX / 1_000} seconds.`;
  return new Problem('projection_behind', detail, { headers: { 'Retry-After': '1' } });
}
