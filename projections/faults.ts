/**
 * What stops a projection. An event that cannot be applied is never left out by itself: the projection stands still in front of it, on
 * record, until a mended release applies it or an operator skips it.
 */
import { type DatabasePool, sql } from 'slonik';
import { z } from 'zod';
import { reachable } from '../store/unavailable.ts';

const MAX_ERROR = 500;

export interface Fault {
  projection: string;
  partition: number;
  /** Of the event that cannot be applied. */
  position: number;
  error: string;
  /** RFC 3339, UTC. */
  since: string;
}

const faultRow = z.object({
  projection: z.string(),
  partition: z.int(),
  position: z.int(),
  error: z.string(),
  since: z.string(),
});

/** Records that a projection stands still in front of the next event of a partition. */
export async function recordFault(
  pool: DatabasePool,
  { projection, partition, error }: Pick<Fault, 'projection' | 'partition' | 'error'>,
): Promise<void> {
  await reachable(
    pool.query(sql.unsafe`
      INSERT INTO projection_faults AS fault (partition, projection, position, error)
      SELECT checkpoint.partition, checkpoint.consumer, min(event.position), ${error.slice(0, MAX_ERROR)}
        FROM checkpoints AS checkpoint
        JOIN events AS event ON event.partition = checkpoint.partition AND event.position > checkpoint.position
       WHERE checkpoint.partition = ${partition} AND checkpoint.consumer = ${projection}
       GROUP BY checkpoint.partition, checkpoint.consumer
          ON CONFLICT (partition, projection) DO UPDATE
         SET position = excluded.position, error = excluded.error,
             since = CASE WHEN fault.position = excluded.position THEN fault.since ELSE excluded.since END`),
  );
}

/** Forgets a fault: the event has been applied. */
export async function clearFault(
  pool: DatabasePool,
  { projection, partition }: Pick<Fault, 'projection' | 'partition'>,
): Promise<void> {
  await reachable(
    pool.query(
      sql.unsafe`DELETE FROM projection_faults WHERE partition = ${partition} AND projection = ${projection}`,
    ),
  );
}

/** Every projection that stands still now. */
export const listFaults = async (pool: DatabasePool): Promise<readonly Fault[]> =>
  reachable(
    pool.any(sql.type(faultRow)`
      SELECT projection, partition, position, error, since FROM projection_faults ORDER BY projection, partition`),
  );

/**
 * Takes a projection past the event that it stands in front of, and keeps on record that it was so.
 *
 * @returns `false` when it does not stand in front of an event at that position
 */
export function skipEvent(
  pool: DatabasePool,
  { projection, partition, position, reason }: Omit<Fault, 'error' | 'since'> & { reason: string },
): Promise<boolean> {
  return reachable(
    pool.transaction(async (transaction) => {
      // The lease first, so that no batch is under way.
      await transaction.query(sql.unsafe`
        SELECT FROM checkpoints WHERE partition = ${partition} AND consumer = ${projection} FOR UPDATE`);
      const skipped = await transaction.query(sql.unsafe`
        WITH fault AS (
          DELETE FROM projection_faults
           WHERE partition = ${partition} AND projection = ${projection} AND position = ${position}
          RETURNING error
        )
        INSERT INTO projection_skips (partition, projection, position, error, reason)
        SELECT ${partition}, ${projection}, ${position}, error, ${reason} FROM fault`);
      if (skipped.rowCount === 0) return false;
      await transaction.query(sql.unsafe`
        UPDATE checkpoints SET position = ${position}, updated_at = now()
         WHERE partition = ${partition} AND consumer = ${projection}`);
      return true;
    }),
  );
}
