/**
 * Epochs of the log: store/functions/log-epochs.sql. A position has the number of its epoch, so
 * each token that holds a position names its epoch too.
 */
import { type CommonQueryMethods, sql } from 'slonik';
import { z } from 'zod';
import { reachable } from '../unavailable.ts';

/** A lost tail is shorter. JavaScript has exact integers for 2^21 epochs. */
export const EPOCH_POSITIONS_MAX = 2 ** 32;

export const epochOf = (position: number): number => Math.floor(position / EPOCH_POSITIONS_MAX);

/** Whether the log ends before a position, or lost what a reader saw there. */
export const isLostPosition = (
  pool: CommonQueryMethods,
  partition: number,
  position: number,
): Promise<boolean> =>
  reachable(
    pool.oneFirst(
      sql.type(z.object({ lost: z.boolean() }))`SELECT is_lost_position(${partition}, ${position}) AS lost`,
    ),
  );

/** The reason of the first epoch that a partition knows: nothing was lost before it. */
export const FIRST_EPOCH = 'first';

const epochRow = z.object({
  partition: z.int(),
  epoch: z.int(),
  /** The last position before the epoch that the log has. */
  kept_position: z.int(),
  /** Its first event is behind this position. */
  after_position: z.int(),
  reason: z.string(),
  started_at: z.string(),
  timeline: z.string().nullable(),
});
export type Epoch = z.output<typeof epochRow>;

const columns = sql.fragment`partition, epoch, kept_position, after_position, reason, started_at, timeline`;

/**
 * The newest epoch of each partition. Starts one where the log lost its end, or is in another
 * database or on another timeline.
 */
export async function currentEpochs(pool: CommonQueryMethods): Promise<readonly Epoch[]> {
  const stale = await reachable(
    pool.anyFirst(sql.type(z.object({ partition: z.int() }))`
      SELECT partition
        FROM log_heads AS head
       WHERE log_epoch_reason(partition) IS NOT NULL
          OR NOT EXISTS (SELECT FROM log_epochs WHERE log_epochs.partition = head.partition)`),
  );
  for (const partition of stale)
    await reachable(pool.query(sql.unsafe`SELECT start_log_epoch(${partition})`));
  return newestEpochs(pool);
}

/** The number of the newest epoch of a partition. */
export const epochOfLog = async (pool: CommonQueryMethods, partition: number): Promise<number> =>
  epochOf(
    await reachable(
      pool.oneFirst(
        sql.type(
          z.object({ position: z.int() }),
        )`SELECT position FROM log_heads WHERE partition = ${partition}`,
      ),
    ),
  );

/** The newest epoch of each partition. */
export const newestEpochs = (pool: CommonQueryMethods): Promise<readonly Epoch[]> =>
  reachable(
    pool.any(sql.type(epochRow)`
      SELECT DISTINCT ON (partition) ${columns} FROM log_epochs ORDER BY partition, epoch DESC`),
  );
