/** `Holdfast-Read-After`: a list that waits until it holds the client's own write. */
import type { Projection } from '../../projections/projection.ts';
import { waitForPosition } from '../../projections/read-after.ts';
import type { Call } from '../handler.ts';
import { Problem } from '../problem/problem.ts';

/** Milliseconds that a list waits for a position at most. */
const TIMEOUT = 5_000;

/**
 * Waits for the position that the client asks for, if it does.
 *
 * @throws {Problem} 400 for a position that the log does not have; 401 when the key was revoked meanwhile; 503 when the time ran out
 */
export async function readAfter(
  { input, services, principal, confirm }: Pick<Call, 'input' | 'services' | 'principal' | 'confirm'>,
  projection: Projection,
): Promise<void> {
  const position = input.headers['Holdfast-Read-After'] as number | undefined;
  if (position === undefined) return;
  const reached = await waitForPosition(services.pool, {
    partition: principal.partition,
    consumer: projection.name,
    position,
    timeoutMs: TIMEOUT,
  });
  await confirm();
  if (reached === 'beyond_head') {
    throw new Problem(
      'invalid_parameter',
      'Holdfast-Read-After is beyond the end of the log; use the Holdfast-Position of an answer.',
      {
        errors: [
          { parameter: 'Holdfast-Read-After', detail: 'must be a position that a write was answered with' },
        ],
      },
    );
  }
  if (reached === 'behind') {
    throw new Problem(
      'projection_behind',
      `The list did not get to position ${position} within ${TIMEOUT / 1_000} seconds.`,
      { headers: { 'Retry-After': '1' } },
    );
  }
}
