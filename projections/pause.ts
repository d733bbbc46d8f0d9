/** An operator's stop of a projection, on every node and in every partition: lists fall behind, and writes go on. */
import { type CommonQueryMethods, sql } from 'slonik';

/**
 * Stops a projection behind the batch that is running, or lets it go on. Either may be said again.
 *
 * @param paused what it is from now on
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
