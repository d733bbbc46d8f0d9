/** Read your writes: waits until a projection has applied a position. */
import { setTimeout as delay } from 'node:timers/promises';
import type { DatabasePool } from 'slonik';
import { progressOf } from '../store/partitions.ts';

/** How often the checkpoint is looked at while somebody waits, in ms. */
const POLL = 10;

export type Reached = 'reached' | 'behind' | 'beyond_head';

/**
 * @param position a position that a write was answered with
 * @param timeout ms to wait at most
 * @returns `behind` when the time ran out; `beyond_head` when the log has no such position, so that no wait would help
 */
export async function waitForPosition(
  pool: DatabasePool,
  {
    partition,
    consumer,
    position,
    timeout,
  }: { partition: number; consumer: string; position: number; timeout: number },
): Promise<Reached> {
  const deadline = performance.now() + timeout;
  for (;;) {
    const { head, applied } = await progressOf(pool, partition, consumer);
    if (applied >= position) return 'reached';
    if (head < position) return 'beyond_head';
    if (performance.now() >= deadline) return 'behind';
    await delay(POLL);
  }
}
