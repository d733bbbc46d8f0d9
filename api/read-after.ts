/** `Holdfast-Read-After`: a list that waits until it holds the client's own write. */
import type { DatabasePool } from 'slonik';
import type { Projection } from '../projections/projection.ts';
import { waitForPosition } from '../projections/read-after.ts';
import { Problem } from './problem.ts';

/** Milliseconds that a list waits for a position at most. */
const TIMEOUT = 5_000;

/**
 * @param position as the client asked for, if it did
 * @throws {Problem} 400 for a position that the log does not have; 503 when the time ran out
 */
export async function readAfter(
  position: number | undefined,
  pool: DatabasePool,
  partition: number,
  projection: Projection,
): Promise<void> {
  if (position === undefined) return;
  const reached = await waitForPosition(pool, {
    partition,
    consumer: projection.name,
    position,
    timeout: TIMEOUT,
  });
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
