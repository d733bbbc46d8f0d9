/**
 * The space that rebuilds and audits may take. They stop early, so that the disk stays free for
 * orders.
 */
import { readFile, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { type CommonQueryMethods, type DatabasePool, sql } from 'slonik';
import { z } from 'zod';
import { bytesOfDatabase } from '../../store/cluster/placed-tables.ts';

/** Stays free for orders, their events and the write-ahead log. */
export const SPACE_RESERVE_BYTES = 64 * 1024 * 1024;
/** The start of Postgres and the time in its lock file differ by less. */
const START_DIFFERENCE_SECONDS_MAX = 2;

/** Too little space is free. Nothing was left behind. */
export class SpaceError extends Error {
  override name = 'SpaceError';
}

export interface SpaceBudget {
  /** The most bytes of the database; unset: as many as its disk has. */
  databaseBytesMax?: number | undefined;
}

/**
 * @param neededBytes beyond the reserve
 * @returns the free bytes beyond the reserve; `undefined` when they are unknown
 * @throws {SpaceError}
 */
export async function requireSpace(
  pool: DatabasePool,
  neededBytes: number,
  { databaseBytesMax }: SpaceBudget,
): Promise<number | undefined> {
  const free = [await freeOnDisk(pool), await leftOf(pool, databaseBytesMax)].filter(
    (bytes) => bytes !== undefined,
  );
  if (free.length === 0) return undefined;
  const left = Math.min(...free) - SPACE_RESERVE_BYTES;
  if (left >= neededBytes) return left;
  throw new SpaceError(
    `${mib(neededBytes)} MiB are needed, and ${mib(SPACE_RESERVE_BYTES)} MiB stay reserved for orders, ` +
      `but ${mib(Math.min(...free))} MiB are free`,
  );
}

const mib = (bytes: number) => Math.ceil(bytes / 2 ** 20);

async function leftOf(pool: DatabasePool, max: number | undefined): Promise<number | undefined> {
  if (max === undefined) return undefined;
  const bytes = await bytesOfDatabase(pool);
  return Math.max(0, max - bytes);
}

/** The free bytes of the disk of Postgres, if Postgres runs on this machine and shows where. */
async function freeOnDisk(connection: CommonQueryMethods): Promise<number | undefined> {
  const row = await connection.maybeOne(sql.type(
    z.object({ folder: z.string(), tablespace: z.string(), started: z.int() }),
  )`
    SELECT setting AS folder, coalesce(pg_tablespace_location(dattablespace), '') AS tablespace,
           extract(epoch FROM pg_postmaster_start_time())::bigint AS started
      FROM pg_settings
      JOIN pg_database ON datname = current_database()
     WHERE name = 'data_directory' AND setting IS NOT NULL`);
  if (row === null) return undefined;
  try {
    // A remote server can have a folder of this name too: the lock file names its start.
    const lines = (await readFile(join(row.folder, 'postmaster.pid'), 'utf8')).split('\n');
    if (Math.abs(Number(lines[2]) - row.started) > START_DIFFERENCE_SECONDS_MAX) return undefined;
    const { bavail, bsize } = await statfs(row.tablespace === '' ? row.folder : row.tablespace);
    return bavail * bsize;
  } catch {
    return undefined;
  }
}
