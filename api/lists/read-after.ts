/** `Holdfast-Read-After`: a list waits until it has the client's own write. */
import type { Projection } from '../../projections/projection.ts';
import { waitForPosition } from '../../projections/read-after.ts';
import type { Call } from '../handler.ts';
import { invalidParameter } from '../problem/invalid-parameter.ts';
import { Problem } from '../problem/problem.ts';

const READ_AFTER_MS_MAX = 5_000;

/**
 * Waits for the position in the header field, if the request has one.
 *
 * @throws {Problem} 400 for a position beyond the log; 401 for a key that was revoked meanwhile;
 *   503 after the timeout, and when too many requests wait already
 */
export async function readAfter(
  {
    input,
    services,
    principal,
    confirm,
    beginWait,
  }: Pick<Call, 'input' | 'services' | 'principal' | 'confirm' | 'beginWait'>,
  projection: Projection,
): Promise<void> {
  const field = input.headers['Holdfast-Read-After'];
  if (field === undefined) return;
  // A number in version 1, digits in version 2. A position beyond 2^53 is beyond the log.
  const position = Number(field);
  const { partition } = principal;
  const wanted = { partition, consumer: projection.name, position };
  let reached = await waitForPosition(services.pool, { ...wanted, timeoutMs: 0 });
  if (reached === 'behind') {
    const endWait = beginWait();
    if (endWait === undefined) throw crowded();
    reached = await waitForPosition(services.pool, { ...wanted, timeoutMs: READ_AFTER_MS_MAX });
    await endWait();
  }
  await confirm();
  if (reached === 'beyond_head') {
    throw invalidParameter(
      [
        {
          parameter: 'Holdfast-Read-After',
          detail: 'is beyond the end of the log; send the Holdfast-Position of an answer',
        },
      ],
      'header',
    );
  }
  if (reached === 'behind') {
    throw new Problem(
      'projection_behind',
      `The list did not reach position ${position} within ${READ_AFTER_MS_MAX / 1_000} seconds.`,
      { headers: { 'Retry-After': '1' } },
    );
  }
}

const crowded = () =>
  new Problem('overloaded', 'Too many requests wait for lists on this node. Retry after a second.', {
    headers: { 'Retry-After': '1' },
  });
