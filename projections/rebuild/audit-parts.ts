/**
 * The audit of a projection whose rows sum up many orders: it folds the log once for each part of
 * the rows, so that the copy is small however large the table is. Most tables have one part.
 */
import type { DatabasePool } from 'slonik';
import type { Projection } from '../projection.ts';
import { type CatchUpOptions, catchUp } from './catch-up.ts';
import {
  CHUNK_ROWS_MAX,
  type CompareOptions,
  type Differences,
  addDifferences,
  compare,
  noDifferences,
} from './compare.ts';
import type { Lease } from './lease.ts';
import { type Shadow, bytesOf, createEmpty } from './shadow-table.ts';

/** An audit of more parts would never end. */
const PARTS_MAX = 65_536;
/** A chunk reads past the rows of other parts, with the lease of the live table. */
const CHUNK_ROWS_MIN = 100;

/** The shadow tables of a part exceed the bound: the live table has fewer rows than the log. */
class PartTooLargeError extends Error {
  override name = 'PartTooLargeError';
}

export interface AuditPartsOptions extends CatchUpOptions, Pick<CompareOptions, 'chunkRows'> {
  /** Bytes of one part. A copy has at most twice as many. */
  partBytes: number;
}

/** @returns the differences of all rows of the projection's tables */
export async function auditParts(
  pool: DatabasePool,
  lease: Lease,
  projection: Projection,
  shadow: Shadow,
  options: AuditPartsOptions,
): Promise<Differences> {
  const { partBytes } = options;
  let count = Math.max(1, Math.ceil((await bytesOf(pool, projection, 'live')) / partBytes));
  for (;;) {
    try {
      return await auditAll(pool, lease, projection, shadow, { ...options, count });
    } catch (error) {
      if (!(error instanceof PartTooLargeError) || count >= PARTS_MAX) throw error;
      count *= 2;
    }
  }
}

async function auditAll(
  pool: DatabasePool,
  lease: Lease,
  projection: Projection,
  shadow: Shadow,
  { onProgress, pause, partBytes, count, chunkRows = CHUNK_ROWS_MAX }: AuditPartsOptions & { count: number },
): Promise<Differences> {
  const total = noDifferences();
  const options = {
    onProgress,
    async pause() {
      const bytes = await bytesOf(pool, projection, shadow);
      if (bytes > 2 * partBytes) throw new PartTooLargeError(`${bytes} bytes`);
      await pause?.();
    },
    chunkRows: Math.max(Math.min(chunkRows, CHUNK_ROWS_MIN), Math.floor(chunkRows / count)),
  };
  for (let index = 0; index < count; index += 1) {
    const part = count === 1 ? undefined : { index, count };
    await createEmpty(lease, projection, shadow, { isUnlogged: true, ...(part && { part }) });
    await catchUp(pool, lease, projection, shadow, options);
    addDifferences(total, await compare(lease, projection, shadow, { ...options, ...(part && { part }) }));
  }
  return total;
}
