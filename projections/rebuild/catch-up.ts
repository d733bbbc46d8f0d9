/** Applies events to shadow tables, up to the position of the live tables and never past it. */
import { type DatabasePool, type DatabaseTransactionConnection, sql } from 'slonik';
import { z } from 'zod';
import { listPartitions, progressOf } from '../../store/partitions.ts';
import { schemaOf } from '../../store/schema/names.ts';
import { statement } from '../../store/statement.ts';
import { type Projection, eventsOf, nextRow } from '../projection.ts';
import { type Lease, LeaseLostError } from './lease.ts';
import { type Shadow, shadowConsumer } from './shadow-table.ts';

const readEventsBehind = statement('consumers/read-events-behind', nextRow);
const advanceCheckpoint = statement('consumers/advance-checkpoint', z.object({ position: z.int() }));

/** Larger than a batch of the projector: no reader waits for a single event. */
const FOLD_BATCH_EVENTS_MAX = 2_000;
/** A batch ends with the event that exceeds this. */
const FOLD_BATCH_BYTES_MAX = 8 * 1024 * 1024;
/** A build ends this close behind the live table; the rest is applied with the lease held. */
const NEAR_EVENTS = 200;

export interface Progress {
  /** Position of the shadow table. */
  applied: number;
  /** Position of the live table. */
  head: number;
}

export interface CatchUpOptions {
  onProgress: (progress: Progress) => void;
  /** Awaited between two steps, to give way to other work. It throws to stop. */
  pause?: () => Promise<void>;
}

/** Applies events up to 200 behind the live table. Reads the next batch while it applies one. */
export async function catchUp(
  pool: DatabasePool,
  lease: Lease,
  projection: Projection,
  shadow: Shadow,
  { onProgress, pause }: CatchUpOptions,
): Promise<void> {
  const readNext = async (partition: number, position: number) => {
    const { applied: head } = await progressOf(pool, partition, projection.name);
    return { head, rows: await pool.any(nextEvents(partition, position, projection)) };
  };
  for (const partition of await listPartitions(pool)) {
    let applied = await lease.transaction((transaction) =>
      startOf(transaction, partition, shadowConsumer(projection, shadow)),
    );
    let next = readNext(partition, applied);
    for (;;) {
      const { head, rows } = await next;
      onProgress({ applied, head });
      const last = rows.at(-1)?.position;
      if (last === undefined || head - applied <= NEAR_EVENTS) break;
      next = readNext(partition, last);
      next.catch(() => {}); // thrown by the next await, unless this batch fails first
      const batch = { partition, from: applied, to: last, rows };
      // Not synchronous: the swap comes later in the write-ahead log and waits for all of it.
      await lease.transaction(async (transaction) => {
        await transaction.query(sql.unsafe`SET LOCAL synchronous_commit = off`);
        await applyToShadow(transaction, projection, shadow, batch);
      });
      applied = last;
      await pause?.();
    }
  }
}

const nextEvents = (partition: number, position: number, { name }: Projection) =>
  readEventsBehind(partition, position, FOLD_BATCH_EVENTS_MAX, name, FOLD_BATCH_BYTES_MAX);

/** The position of a shadow table. Partitions were maybe added since it was created. */
export async function startOf(
  transaction: DatabaseTransactionConnection,
  partition: number,
  consumer: string,
): Promise<number> {
  await transaction.query(sql.unsafe`
    INSERT INTO checkpoints (partition, consumer) VALUES (${partition}, ${consumer}) ON CONFLICT DO NOTHING`);
  return (await progressOf(transaction, partition, consumer)).applied;
}

interface Batch {
  partition: number;
  from: number;
  to: number;
  rows: readonly z.output<typeof nextRow>[];
}

async function applyToShadow(
  transaction: DatabaseTransactionConnection,
  projection: Projection,
  shadow: Shadow,
  { partition, from, to, rows }: Batch,
): Promise<void> {
  await inSchema(transaction, shadow, () =>
    projection.apply(transaction, partition, eventsOf(rows)(projection)),
  );
  await moveShadow(transaction, partition, shadowConsumer(projection, shadow), from, to);
}

/** @throws {LeaseLostError} */
export async function moveShadow(
  transaction: DatabaseTransactionConnection,
  partition: number,
  consumer: string,
  from: number,
  to: number,
): Promise<void> {
  const moved = await transaction.any(advanceCheckpoint(partition, consumer, from, to));
  if (moved.length !== 1) throw new LeaseLostError('another process moved the checkpoint');
}

/** Runs `act` with shadow tables in front of the live ones. */
export async function inSchema(
  transaction: DatabaseTransactionConnection,
  shadow: Shadow,
  act: () => Promise<void>,
): Promise<void> {
  await transaction.query(
    sql.unsafe`SELECT set_config('search_path', ${`${schemaOf(shadow)}, ${schemaOf('live')}`}, true)`,
  );
  await act();
  await transaction.query(sql.unsafe`SELECT set_config('search_path', ${schemaOf('live')}, true)`);
}

/**
 * Holds the lease of the live table, applies the last events to the shadow table, and runs `act`
 * with both tables at the same position. All of it is one transaction, on one connection.
 */
export function atSamePosition<T>(
  lease: Lease,
  projection: Projection,
  shadow: Shadow,
  act: (transaction: DatabaseTransactionConnection) => Promise<T>,
): Promise<T> {
  return lease.transaction(async (transaction) => {
    await transaction.query(sql.unsafe`SET LOCAL lock_timeout = '5s'`);
    // One by one: Citus locks rows of one partition at a time.
    for (const partition of await listPartitions(transaction))
      await transaction.query(sql.unsafe`
        SELECT 1 FROM checkpoints WHERE partition = ${partition} AND consumer = ${projection.name} FOR UPDATE`);
    await applyRest(transaction, projection, shadow);
    return act(transaction);
  });
}

/**
 * Runs `act` with both tables at the same position, as one snapshot shows them, without the lease
 * of the live table.
 */
export const inSameSnapshot = <T>(
  lease: Lease,
  projection: Projection,
  shadow: Shadow,
  act: (transaction: DatabaseTransactionConnection) => Promise<T>,
): Promise<T> =>
  lease.transaction(async (transaction) => {
    await applyRest(transaction, projection, shadow);
    return act(transaction);
  }, 'snapshot');

/** Applies all events up to the position of the live table, as the transaction sees it. */
async function applyRest(
  transaction: DatabaseTransactionConnection,
  projection: Projection,
  shadow: Shadow,
): Promise<void> {
  for (const partition of await listPartitions(transaction)) {
    let applied = await startOf(transaction, partition, shadowConsumer(projection, shadow));
    for (;;) {
      const rows = await transaction.any(nextEvents(partition, applied, projection));
      const last = rows.at(-1)?.position;
      if (last === undefined) break;
      await applyToShadow(transaction, projection, shadow, { partition, from: applied, to: last, rows });
      applied = last;
    }
  }
}
