/**
 * Faults: events that a projection cannot apply. A projection never skips an event by itself. It
 * stops before the event and records the fault, until a new release applies the event or an
 * operator skips it.
 */
import { type DatabasePool, sql } from 'slonik';
import { z } from 'zod';
import { recordAct } from '../store/audit/record-act.ts';
import { reachable } from '../store/unavailable.ts';

/** A longer error text is cut off. */
const ERROR_LENGTH_MAX = 500;

export interface Fault {
  projection: string;
  partition: number;
  /** Position of the event that cannot be applied. */
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

/** Records that a projection cannot apply the next event of a partition. */
export async function recordFault(
  pool: DatabasePool,
  { projection, partition, error }: Pick<Fault, 'projection' | 'partition' | 'error'>,
): Promise<void> {
  await reachable(
    pool.query(sql.unsafe`
      INSERT INTO projection_faults AS fault (partition, projection, position, error)
      SELECT checkpoint.partition, checkpoint.consumer, min(event.position), ${error.slice(0, ERROR_LENGTH_MAX)}
        FROM checkpoints AS checkpoint
        JOIN events AS event ON event.partition = checkpoint.partition AND event.position > checkpoint.position
       WHERE checkpoint.partition = ${partition} AND checkpoint.consumer = ${projection}
       GROUP BY checkpoint.partition, checkpoint.consumer
          ON CONFLICT (partition, projection) DO UPDATE
         SET position = excluded.position, error = excluded.error,
             since = CASE WHEN fault.position = excluded.position THEN fault.since ELSE excluded.since END`),
  );
}

/** Removes a fault after the event was applied. */
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

/** The faults of all stopped projections, without those that another node has passed since. */
export const listFaults = async (pool: DatabasePool): Promise<readonly Fault[]> =>
  reachable(
    pool.any(sql.type(faultRow)`
      SELECT fault.projection, fault.partition, fault.position, fault.error, fault.since
        FROM projection_faults AS fault
        JOIN checkpoints AS checkpoint
          ON checkpoint.partition = fault.partition AND checkpoint.consumer = fault.projection
       WHERE checkpoint.position < fault.position
       ORDER BY fault.projection, fault.partition`),
  );

/**
 * Skips the event that a projection stopped at, and records the skip.
 *
 * @returns `false` when the projection did not stop at that position
 */
export function skipEvent(
  pool: DatabasePool,
  { projection, partition, position, reason }: Omit<Fault, 'error' | 'since'> & { reason: string },
): Promise<boolean> {
  return reachable(
    pool.transaction(async (transaction) => {
      // The lease first, so that no batch runs.
      await transaction.query(sql.unsafe`
        SELECT FROM checkpoints WHERE partition = ${partition} AND consumer = ${projection} FOR UPDATE`);
      const skipped = await transaction.query(sql.unsafe`
        WITH fault AS (
          DELETE FROM projection_faults
           WHERE partition = ${partition} AND projection = ${projection} AND position = ${position}
             -- Another node may have applied the event: the checkpoint never moves back.
             AND position > (SELECT checkpoint.position
                               FROM checkpoints AS checkpoint
                              WHERE checkpoint.partition = ${partition} AND checkpoint.consumer = ${projection})
          RETURNING error
        )
        INSERT INTO projection_skips (partition, projection, position, error, reason)
        SELECT ${partition}, ${projection}, ${position}, error, ${reason} FROM fault`);
      if (skipped.rowCount === 0) return false;
      await transaction.query(sql.unsafe`
        UPDATE checkpoints SET position = ${position}, updated_at = now()
         WHERE partition = ${partition} AND consumer = ${projection}`);
      await recordAct(transaction, {
        act: 'event_skipped',
        tenantId: null,
        subject: projection,
        details: { partition, position, reason },
      });
      return true;
    }),
  );
}
