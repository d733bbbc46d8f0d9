/**
 * Fills empty shadow tables from the log, in the order of its positions. The rows of open orders
 * stay in memory, up to a bound: most events of an order are near each other, so most rows are
 * written once and never read back. A run of events is folded while the next one is read and rows
 * are written.
 *
 * This needs the pure step of a projection (order-fold.ts). Other projections apply batches
 * (catch-up.ts).
 */
import { type DatabasePool, sql } from 'slonik';
import { listPartitions, progressOf } from '../../../store/partitions.ts';
import { type OrderFold, orderKey } from '../../order-fold.ts';
import type { Projection } from '../../projection.ts';
import { type CatchUpOptions, inSchema, moveShadow, startOf } from '../catch-up.ts';
import { type LateEvents, createLateEvents } from './late-events.ts';
import type { Lease } from '../lease.ts';
import { readRun, readSkipped, unpack } from './packed-events.ts';
import { type Shadow, addKeys, shadowConsumer } from '../shadow-table.ts';

/** Three runs are in memory: one is read, one folded, one written. */
const RUN_EVENTS_MAX = 2_500;
/** A run ends with the event that exceeds this. */
const RUN_BYTES_MAX = 2 * 1024 * 1024;
/** Bytes of the events behind the rows in memory. The rows take some three times as much. */
const OPEN_BYTES_MAX = 2 * 1024 * 1024;
/** Rows of one statement. */
const WRITTEN_ROWS_MAX = 2_000;

export interface FoldLogOptions extends CatchUpOptions {
  runEvents?: number;
  openBytes?: number;
  lateEvents?: number;
}

interface Target {
  pool: DatabasePool;
  lease: Lease;
  projection: Projection;
  fold: OrderFold<unknown>;
  shadow: Shadow;
}

/** Folds all events up to the positions of the live table. The shadow tables then have keys. */
export async function foldLog(
  pool: DatabasePool,
  lease: Lease,
  { projection, fold }: { projection: Projection; fold: OrderFold<unknown> },
  shadow: Shadow,
  options: FoldLogOptions,
): Promise<void> {
  const target = { pool, lease, projection, fold, shadow };
  for (const partition of await listPartitions(pool)) {
    const late = createLateEvents(lease, projection, shadow, partition, options.lateEvents);
    await foldPartition(target, partition, late, options);
    await late.apply();
  }
  await addKeys(lease, projection, shadow);
}

async function foldPartition(
  { pool, lease, projection, fold, shadow }: Target,
  partition: number,
  late: LateEvents,
  { onProgress, pause, runEvents = RUN_EVENTS_MAX, openBytes = OPEN_BYTES_MAX }: FoldLogOptions,
): Promise<void> {
  const consumer = shadowConsumer(projection, shadow);
  const start = await lease.transaction(async (transaction) => {
    const from = await startOf(transaction, partition, consumer);
    const { applied: upTo } = await progressOf(transaction, partition, projection.name);
    return { from, upTo, skipped: await readSkipped(transaction, partition, projection.name, upTo) };
  });
  const { upTo, skipped } = start;
  const bounds = { upTo, skipped, eventsMax: runEvents, bytesMax: RUN_BYTES_MAX };
  const readAfter = (after: number) => settled(readRun(pool, partition, { after, ...bounds }));
  /** Writes rows; the checkpoint moves to the newest event that they may have. */
  const write = (rows: readonly unknown[], from: number, to: number) =>
    lease.transaction(async (transaction) => {
      // Not synchronous: the swap comes later in the write-ahead log and waits for all of it.
      await transaction.query(sql.unsafe`SET LOCAL synchronous_commit = off`);
      if (rows.length > 0) await inSchema(transaction, shadow, () => fold.add(transaction, partition, rows));
      if (to > from) await moveShadow(transaction, partition, consumer, from, to);
    });

  const open = createOpenRows(fold);
  let applied = start.from;
  let reading = readAfter(applied);
  let writing = settled(Promise.resolve());
  try {
    for (;;) {
      const { last, events } = await reading;
      if (last === null) break;
      reading = readAfter(last);
      for (const event of events === null ? [] : unpack(events)) if (!open.evolve(event)) late.note(event);
      const rows = open.takeBeyond(openBytes);
      await writing;
      writing = settled(write(rows, applied, last));
      applied = last;
      if (late.isFull()) {
        await writing; // late events need the rows that were written before
        await late.apply();
      }
      onProgress({ applied, head: upTo });
      await pause?.();
    }
    const rest = open.takeBeyond(0);
    for (let at = 0; at < rest.length; at += WRITTEN_ROWS_MAX) {
      await writing;
      writing = settled(write(rest.slice(at, at + WRITTEN_ROWS_MAX), applied, applied));
    }
    await writing;
  } finally {
    // Neither a statement nor a transaction of this fold runs on behind it.
    await Promise.allSettled([reading, writing]);
  }
}

/** The rows of open orders. */
function createOpenRows(fold: OrderFold<unknown>) {
  /** The one whose last event is oldest comes first. */
  const open = new Map<string, { row: unknown; bytes: number }>();
  let bytes = 0;
  return {
    /** @returns `false` when the row was written already: the event is late */
    evolve(event: Parameters<typeof fold.evolve>[1]): boolean {
      const key = orderKey(event);
      const held = open.get(key);
      if (held === undefined && event.version > 1) return false;
      if (held !== undefined) open.delete(key);
      open.set(key, { row: fold.evolve(held?.row, event), bytes: (held?.bytes ?? 0) + event.bytes });
      bytes += event.bytes;
      return true;
    },
    /** Removes the oldest rows until the rest takes at most this. */
    takeBeyond(bytesMax: number): unknown[] {
      const rows: unknown[] = [];
      for (const [key, held] of open) {
        if (bytes <= bytesMax) break;
        rows.push(held.row);
        bytes -= held.bytes;
        open.delete(key);
      }
      return rows;
    },
  };
}

/** A promise that is awaited later: until then, its rejection is not unhandled. */
function settled<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}
