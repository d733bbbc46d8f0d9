/** Brings the trees of all partitions to the end of the log, and signs them. */
import { type DatabasePool, sql } from 'slonik';
import { z } from 'zod';
import { reachable } from '../../unavailable.ts';
import type { CheckpointKey } from '../checkpoint.ts';
import { growTree, signTree } from './stored-tree.ts';

export interface WriteOptions {
  /** Events in one transaction, which one thread hashes in 10 µs each. */
  stepEvents: number;
  /** Steps for one partition; the next call goes on. Left out: until the end of the log. */
  stepsMax?: number;
  signal?: AbortSignal;
}

/**
 * @returns the checkpoints of the partitions that have events, as signed notes
 * @throws {BrokenLogError}
 */
export async function writeCheckpoints(
  pool: DatabasePool,
  key: CheckpointKey,
  { stepEvents, stepsMax = Number.POSITIVE_INFINITY, signal }: WriteOptions,
): Promise<string[]> {
  const partitions = await reachable(
    pool.anyFirst(
      sql.type(z.object({ partition: z.int() }))`SELECT partition FROM log_heads ORDER BY partition`,
    ),
  );
  const notes: string[] = [];
  for (const partition of partitions) {
    for (let step = 0; step < stepsMax && signal?.aborted !== true; step += 1)
      if (!(await growTree(pool, partition, stepEvents))) break;
    const note = await signTree(pool, key, partition);
    if (note !== undefined) notes.push(note);
  }
  return notes;
}
