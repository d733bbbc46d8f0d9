/**
 * Faults: events that a projection cannot apply. A projection never skips an event by itself. It
 * stops before the event and records the fault, until a new release applies the event or an
 * operator skips it.
 */
import { type DatabasePool, sql } from 'slonik';
import { z } from 'zod';
import { recordAct } from '../store/audit/record-act.ts';
import { statement } from '../store/statement.ts';
import { isOutage, reachable } from '../store/unavailable.ts';

const advanceCheckpoint = statement('consumers/advance-checkpoint', z.object({ position: z.int() }));

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

/**
 * SQLSTATE of a statement that can succeed when it is sent again: 0A000 cached plan, 25 transaction
 * state, 40 deadlock, 55 lock, 57 cancelled, 58 system, XX internal.
 */
const TRANSIENT_SQLSTATE = /^(?:0A|25|40|55|57|58|XX)/;

/**
 * Whether the event is to blame for an error of a projection. An outage, a full queue or a deadlock
 * is nobody's fault: a skip would lose the event.
 */
export function isEventToBlame(error: unknown): boolean {
  if (isOutage(error)) return false;
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const { code } = cause as { code?: unknown };
    if (typeof code === 'string' && TRANSIENT_SQLSTATE.test(code)) return false;
  }
  return true;
}

/** The first event behind a checkpoint. Only there a projection can stand, and only there skip. */
const NEXT_POSITION = sql.fragment`
  (SELECT min(event.position)
     FROM events AS event
    WHERE event.partition = checkpoint.partition AND event.position > checkpoint.position)`;

/**
 * Records that a projection cannot apply an event. Does nothing when the event is not the next one:
 * another node has applied it since.
 */
export async function recordFault(
  pool: DatabasePool,
  { projection, partition, position, error }: Omit<Fault, 'since'>,
): Promise<void> {
  await reachable(
    pool.query(sql.unsafe`
      INSERT INTO projection_faults AS fault (partition, projection, position, error)
      SELECT checkpoint.partition, checkpoint.consumer, ${position}, ${error.slice(0, ERROR_LENGTH_MAX)}
        FROM checkpoints AS checkpoint
       WHERE checkpoint.partition = ${partition} AND checkpoint.consumer = ${projection}
         AND ${NEXT_POSITION} = ${position}
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

/**
 * The faults of all stopped projections, without those that another node has passed since: each is
 * the event that {@link skipEvent} accepts.
 */
export const listFaults = async (pool: DatabasePool): Promise<readonly Fault[]> =>
  reachable(
    pool.any(sql.type(faultRow)`
      SELECT fault.projection, fault.partition, fault.position, fault.error, fault.since
        FROM projection_faults AS fault
        JOIN checkpoints AS checkpoint
          ON checkpoint.partition = fault.partition AND checkpoint.consumer = fault.projection
       WHERE fault.position = ${NEXT_POSITION}
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
      // Only the next event: a fault behind it is stale, and one beyond it would skip others too.
      const behind = await transaction.maybeOneFirst(sql.type(z.object({ position: z.int() }))`
        SELECT checkpoint.position
          FROM checkpoints AS checkpoint
         WHERE checkpoint.partition = ${partition} AND checkpoint.consumer = ${projection}
           AND ${NEXT_POSITION} = ${position}`);
      if (behind === null) return false;
      const skipped = await transaction.query(sql.unsafe`
        WITH fault AS (
          DELETE FROM projection_faults
           WHERE partition = ${partition} AND projection = ${projection} AND position = ${position}
          RETURNING error
        )
        INSERT INTO projection_skips (partition, projection, position, error, reason)
        SELECT ${partition}, ${projection}, ${position}, error, ${reason} FROM fault`);
      if (skipped.rowCount === 0) return false;
      await transaction.one(advanceCheckpoint(partition, projection, behind, position));
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
