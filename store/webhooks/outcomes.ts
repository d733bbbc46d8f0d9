/** Outcomes of attempts, and the removal of old deliveries. */
import { type DatabasePool, sql } from 'slonik';
import { z } from 'zod';
import { SEPARATOR, statement } from '../statement.ts';
import { reachable } from '../unavailable.ts';

/** A delivery that was delivered or given up is kept this long. */
const RETENTION_DAYS = 30;
/** Bounds one removal. */
const REMOVED_DELIVERIES_MAX = 1_000;

const recordAttempts = statement('webhooks/record-attempts', z.object({}));

/** The outcome of one attempt. */
export interface Outcome {
  delivery_id: string;
  endpoint_id: string;
  /** The endpoint, the queueing and the claim that the attempt belongs to. */
  generation: number;
  queueing: string;
  claim: string;
  attempted_at: Date;
  duration_ms: number;
  /** HTTP status; `null` without an answer. */
  code: number | null;
  /** Why the attempt failed; `null` when it succeeded. */
  error: string | null;
  /** The first bytes of the answer. */
  answer: string;
  /** The status of the delivery after the attempt. */
  status: 'pending' | 'delivered' | 'failed';
  delaySeconds: number;
}

export async function recordOutcomes(pool: DatabasePool, outcomes: Outcome[]): Promise<void> {
  await reachable(
    pool.query(
      recordAttempts(
        outcomes.map((each) => each.delivery_id),
        outcomes.map((each) => each.attempted_at.toISOString()),
        outcomes.map((each) => each.duration_ms),
        outcomes.map((each) => each.code),
        outcomes.map((each) => each.error),
        outcomes.map((each) => each.answer).join(SEPARATOR),
        outcomes.map((each) => each.status),
        outcomes.map((each) => each.delaySeconds),
        outcomes.map((each) => each.endpoint_id),
        outcomes.map((each) => each.generation),
        outcomes.map((each) => each.queueing),
        outcomes.map((each) => each.claim),
      ),
    ),
  );
}

/** Removes deliveries that ended more than {@link RETENTION_DAYS} ago. @returns how many */
export async function removeOldDeliveries(pool: DatabasePool): Promise<number> {
  const { rowCount } = await pool.query(sql.unsafe`
    DELETE FROM webhook_deliveries
     WHERE delivery_id IN (SELECT delivery_id FROM webhook_deliveries
                            WHERE status <> 'pending' AND finished_at < now() - ${RETENTION_DAYS} * interval '1 day'
                            LIMIT ${REMOVED_DELIVERIES_MAX})`);
  return rowCount;
}
