/** Read your writes: waits until a projection has applied a position. */
import { setTimeout as delay } from 'node:timers/promises';
import type { DatabasePool } from 'slonik';
import { progressOf } from '../store/partitions.ts';

const CHECKPOINT_POLL_MS = 10;

export type Reached = 'reached' | 'behind' | 'beyond_head';

/**
 * @param position from the answer to a write
 * @returns `behind` after `timeoutMs`; `beyond_head` at once when the log ends before the position
 */
export async function waitForPosition(
  pool: DatabasePool,
  {
    partition,
    consumer,
    position,
    timeoutMs,
  }: { partition: number; consumer: string; position: number; timeoutMs: number },
): Promise<Reached> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const { head, applied } = await progressOf(pool, partition, consumer);
    if (applied >= position) return 'reached';
    if (head < position) return 'beyond_head';
    if (performance.now() >= deadline) return 'behind';
    await delay(CHECKPOINT_POLL_MS);
  }
}
