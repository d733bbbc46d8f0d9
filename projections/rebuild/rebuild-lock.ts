/** The lock that allows one rebuild and one audit of a projection at a time, on all nodes. */
import { type CommonQueryMethods, type DatabasePool, sql } from 'slonik';
import { z } from 'zod';
import type { Projection } from '../projection.ts';

/** Another process rebuilds, rolls back or audits this table now. The message names the process. */
export class RebuildHeldError extends Error {
  override name = 'RebuildHeldError';
}

/**
 * Runs `act` with the lock of a projection. A process that dies releases it with its connection.
 *
 * @throws {RebuildHeldError} another process holds the lock; nothing was done
 */
export async function withRebuildLock<T>(
  pool: DatabasePool,
  projection: Projection,
  work: 'rebuild' | 'audit',
  act: () => Promise<T>,
): Promise<T> {
  return pool.connect(async (connection) => {
    const name = `holdfast ${work} ${projection.name}`;
    const isLocked = await connection.oneFirst(
      sql.type(
        z.object({ held: z.boolean() }),
      )`SELECT pg_try_advisory_lock(hashtextextended(${name}, 0)) AS held`,
    );
    if (!isLocked) throw new RebuildHeldError(await holderOf(connection, name));
    try {
      return await act();
    } finally {
      await connection.query(sql.unsafe`SELECT pg_advisory_unlock(hashtextextended(${name}, 0))`);
    }
  });
}

async function holderOf(connection: CommonQueryMethods, name: string): Promise<string> {
  const row = await connection.maybeOne(sql.type(
    z.object({ pid: z.int(), address: z.string(), since: z.string() }),
  )`
    SELECT activity.pid, coalesce(host(activity.client_addr), 'local') AS address, activity.backend_start AS since
      FROM pg_locks AS lock
      JOIN pg_stat_activity AS activity USING (pid)
     WHERE lock.locktype = 'advisory' AND lock.granted
       AND (lock.classid::bigint << 32 | lock.objid::bigint) = hashtextextended(${name}, 0)`);
  return row === null
    ? 'another process'
    : `${row.address}, connected since ${row.since} (backend ${row.pid})`;
}
