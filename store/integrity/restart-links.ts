/**
 * Links a partition again, once all of its personal data is sealed. The links before cover hashes
 * of data that was in the clear, which let their holder test guesses of an address.
 */
import { type CommonQueryMethods, type DatabasePool, sql } from 'slonik';
import { z } from 'zod';

/** Events of one statement. */
const STEP_EVENTS_MAX = 5_000;

/**
 * Removes links, tree and rewrites, if data was rewritten. May be interrupted and run again. The
 * tree then grows again, over what is stored; the links go on behind the present head.
 */
export async function restartLinks(pool: DatabasePool, partition: number): Promise<void> {
  const isRewritten = await pool.exists(
    sql.unsafe`SELECT 1 FROM log_rewrites WHERE partition = ${partition}`,
  );
  if (isRewritten) {
    await pool.transaction(async (transaction) => {
      await transaction.query(sql.unsafe`SELECT FROM log_heads WHERE partition = ${partition} FOR UPDATE`);
      await transaction.query(sql.unsafe`
        INSERT INTO log_restarts (partition, position)
        SELECT partition, position FROM log_heads WHERE partition = ${partition}`);
      await transaction.query(sql.unsafe`
        UPDATE log_heads SET link = log_genesis(partition, position), linked_after = position
         WHERE partition = ${partition}`);
      await transaction.query(sql.unsafe`DELETE FROM log_trees WHERE partition = ${partition}`);
      await transaction.query(sql.unsafe`DELETE FROM log_tiles WHERE partition = ${partition}`);
      await transaction.query(sql.unsafe`DELETE FROM log_rewrites WHERE partition = ${partition}`);
    });
  }
  const upTo = await newestRestart(pool, partition);
  for (let after = 0; upTo !== null && after < upTo;) after = await unlinkSome(pool, partition, after, upTo);
}

/** @returns the position up to which it has come */
async function unlinkSome(
  pool: DatabasePool,
  partition: number,
  after: number,
  upTo: number,
): Promise<number> {
  const last = await pool.oneFirst(sql.type(z.object({ last: z.int().nullable() }))`
    WITH next AS (SELECT position FROM events
                   WHERE partition = ${partition} AND position > ${after} AND position <= ${upTo}
                   ORDER BY position LIMIT ${STEP_EVENTS_MAX}),
         unlinked AS (UPDATE events SET link = NULL
                       WHERE partition = ${partition} AND position > ${after}
                         AND position <= (SELECT max(position) FROM next) AND link IS NOT NULL)
    SELECT max(position) AS last FROM next`);
  return last ?? upTo;
}

/** The position behind which a partition was linked again for the last time. */
const newestRestart = (connection: CommonQueryMethods, partition: number): Promise<number | null> =>
  connection.maybeOneFirst(sql.type(z.object({ position: z.int() }))`
    SELECT position FROM log_restarts WHERE partition = ${partition} ORDER BY restarted_at DESC LIMIT 1`);
