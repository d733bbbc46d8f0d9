/**
 * Pauses a projection on all nodes and in all partitions: its lists fall behind, writes continue.
 */
import { type CommonQueryMethods, sql } from 'slonik';

/**
 * Pauses a projection after its running batch, or resumes it. Idempotent.
 *
 * @param paused the new state
 */
export async function setPaused(
  pool: CommonQueryMethods,
  projection: string,
  paused: boolean,
): Promise<void> {
  await pool.query(sql.unsafe`
    UPDATE checkpoints SET paused_at = CASE WHEN ${paused} THEN coalesce(paused_at, now()) END
     WHERE consumer = ${projection}`);
}
