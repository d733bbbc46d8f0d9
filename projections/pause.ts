/**
 * Pauses a projection on all nodes and in all partitions: its lists fall behind, writes continue.
 */
import { type DatabasePool, sql } from 'slonik';
import { recordAct } from '../store/audit/record-act.ts';

/**
 * Pauses a projection after its running batch, or resumes it. Idempotent.
 *
 * @param paused the new state
 */
export async function setPaused(pool: DatabasePool, projection: string, paused: boolean): Promise<void> {
  await pool.transaction(async (transaction) => {
    await transaction.query(
      paused
        ? sql.unsafe`UPDATE checkpoints SET paused_at = now() WHERE consumer = ${projection} AND paused_at IS NULL`
        : sql.unsafe`UPDATE checkpoints SET paused_at = NULL WHERE consumer = ${projection}`,
    );
    const act = paused ? 'projection_paused' : 'projection_resumed';
    await recordAct(transaction, { act, tenantId: null, subject: projection });
  });
}
