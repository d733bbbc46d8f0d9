/** `Holdfast-Read-After`: a list waits until it has the client's own write. */
import type { Projection } from '../../projections/projection.ts';
import type { Awaited, Look } from '../../projections/read-after.ts';
import type { Call } from '../handler.ts';
import { invalidParameter } from '../problem/invalid-parameter.ts';
import { Problem } from '../problem/problem.ts';
import { requireInLog } from './page.ts';

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
  // A number in version 1, digits in version 2. A position beyond 2^53 is beyond the log.
  const awaited = awaitedOf(call, projection, Number(field));
  const reached = await reach(call, awaited);
  if (reached !== 'reached') throw problemOf(reached, awaited);
}

/**
 * Waits for what the page before a cursor had applied: a replica can be ahead of the primary.
 *
 * @throws {Problem} 400 `invalid_cursor` for a position that the log lost; else as
 *   {@link readAfter}
 */
export async function readAfterPage(
  call: ReadingCall,
  projection: Projection,
  position: number,
): Promise<void> {
  const awaited = awaitedOf(call, projection, position);
  const reached = await reach(call, awaited);
  requireInLog(reached === 'beyond_head' || reached === 'lost');
  if (reached !== 'reached') throw problemOf(reached, awaited);
}

const awaitedOf = ({ principal }: ReadingCall, { name }: Projection, position: number): Awaited => ({
  partition: principal.partition,
  consumer: name,
  position,
});

async function reach(call: ReadingCall, awaited: Awaited): Promise<Look | 'crowded'> {
  const { services, confirm } = call;
  let looked: Look | 'crowded' = await services.readAfter.look(awaited);
  if (looked === 'beyond_head' && services.replicas.isConfigured) {
    // A replica shows a commit while the primary still waits for its synchronous standby.
    looked = await waitFor(call, awaited);
    if (looked === 'behind') looked = await services.readAfter.look(awaited);
  } else if (looked === 'behind') looked = await waitFor(call, awaited);
  await confirm();
  return looked;
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
