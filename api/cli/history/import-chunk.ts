/** Imports some orders: places them as one batch, then lives several of them side by side. */
import type { HistoryClient, Sent } from './history-client.ts';
import { historyKey } from './history-keys.ts';
import type { HistoryOrder } from './history-line.ts';
import { liveOrder, reasonOf } from './live-order.ts';
import type { Refusal } from './refusal.ts';

/** Orders whose records are sent at the same time. */
const LIVES_MAX = 16;

export interface ChunkOrder extends HistoryOrder {
  /** Number of the line, from 1. */
  line: number;
}

export interface ChunkCounts {
  placed: number;
  /** Orders that an earlier run placed. */
  replayed: number;
  records: number;
  /** In the sequence of the orders. */
  refusals: Refusal[];
}

/**
 * @param lived called for each order that needs no further request
 * @throws {CommandError} the server does not answer
 */
export async function importChunk(
  client: HistoryClient,
  orders: readonly ChunkOrder[],
  lived: () => void,
): Promise<ChunkCounts> {
  const sent = await client.place(
    orders.map(({ reference, order }) => ({ idempotency_key: historyKey(reference), order })),
  );
  const counts: ChunkCounts = { placed: 0, replayed: 0, records: 0, refusals: [] };
  const refusals = new Map<number, Refusal>();
  const waiting = orders.map((order, index) => ({ order, index, answer: sent[index]! }));

  async function live(order: ChunkOrder, answer: Sent): Promise<Refusal | undefined> {
    const { line, reference, records } = order;
    if ('problem' in answer) {
      const reason = reasonOf(answer.problem, (pointer) => `/order${pointer}`);
      return { line, reference, record: null, ...reason, not_sent: records.length };
    }
    counts[answer.isReplay ? 'replayed' : 'placed'] += 1;
    const life = await liveOrder(client, answer.id, order);
    counts.records += life.records;
    if (life.refused === undefined) return undefined;
    const { record, reason } = life.refused;
    return { line, reference, record, ...reason, not_sent: records.length - record - 1 };
  }

  async function work(): Promise<void> {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const refusal = await live(next.order, next.answer);
      if (refusal !== undefined) refusals.set(next.index, refusal);
      lived();
    }
  }
  await Promise.all(Array.from({ length: LIVES_MAX }, work));
  const inSequence = [...refusals].sort(([a], [b]) => a - b);
  return { ...counts, refusals: inSequence.map(([, refusal]) => refusal) };
}
