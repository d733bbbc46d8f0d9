/** The log of a shop's orders in Postgres: append, and the reads that a command needs. */
import type { DatabasePool } from 'slonik';
import { z } from 'zod';
import { EVENT_SCHEMAS, type OrderEvent, type RecordedEvent } from '../../domain/order/events.ts';
import { upcast } from '../../domain/order/upcast.ts';
import {
  appendBatchSize,
  appendDuration,
  appendOutcomes,
  appendQueueLength,
  appendWait,
} from '../../platform/metrics.ts';
import { endSpan, startSpan } from '../../platform/tracing.ts';
import { type GroupCommit, createGroupCommit } from '../group-commit.ts';
import { parseId, toId, toUuid } from '../ids.ts';
import { SEPARATOR, statement } from '../statement.ts';
import { StoreOverloaded, reachable } from '../unavailable.ts';

/** Whose log: every key of it begins with the tenant's partition. Ids are UUIDs. */
export interface Tenancy {
  partition: number;
  tenantId: string;
}

/** An event as it stands in the log. */
export type StoredEvent = RecordedEvent & {
  position: number;
  idempotency_key: string;
  fingerprint: Buffer;
};

/** What a command wants appended: its event at the next version of its order's stream, under its idempotency key. */
export interface Append extends Tenancy {
  event_id: string;
  order_id: string;
  version: number;
  event: OrderEvent;
  idempotency_key: string;
  /** SHA-256 of the canonical request, 32 bytes. */
  fingerprint: Buffer;
  /** W3C trace context of the request. */
  traceparent: string | null;
  /** The API key that asks for it; a UUID. */
  key_id: string;
}

export type AppendOutcome =
  /** Appended by this command, now. */
  | { kind: 'appended'; event: StoredEvent }
  /** The same request was appended before, under this key. */
  | { kind: 'replayed'; event: StoredEvent }
  /** Another request holds this key. */
  | { kind: 'key_reused'; event: StoredEvent }
  /** Another event took this version of the stream: read it and decide again. */
  | { kind: 'version_conflict' };

export interface OrderLog {
  /**
   * Appends one event, in one statement with all others that wait.
   *
   * @throws {StoreOverloaded} the queue is full; nothing was appended
   * @throws {StoreUnavailable} Postgres did not answer; the event was appended once or not at all
   */
  append: (append: Append) => Promise<AppendOutcome>;
  /** An order's events up to a version, oldest first; empty when the tenant has no such order. */
  readStream: (tenancy: Tenancy, orderId: string, upToVersion?: number) => Promise<StoredEvent[]>;
  /**
   * An order's whole stream, and the event that holds a key, be it in the stream or not, in one snapshot.
   * `streamBytes`: the data of its events, in UTF-16 code units of JSON.
   */
  readForCommand: (
    tenancy: Tenancy,
    orderId: string,
    idempotencyKey: string,
  ) => Promise<{ stream: StoredEvent[]; holder: StoredEvent | undefined; streamBytes: number }>;
  /** The event that holds a key in a tenant. */
  readKey: (tenancy: Tenancy, idempotencyKey: string) => Promise<StoredEvent | undefined>;
  /** Resolves when every append that was submitted has its outcome. */
  drained: () => Promise<void>;
}

export const recordedRow = z.object({
  position: z.int(),
  event_id: z.uuid(),
  order_id: z.uuid(),
  version: z.int(),
  type: z.string(),
  schema_version: z.int(),
  data: z.string(),
  recorded_at: z.string(),
  key_id: z.uuid().nullable(),
});
const storedRow = recordedRow.extend({ fingerprint: z.instanceof(Buffer), idempotency_key: z.string() });
const appendedRow = storedRow.omit({ idempotency_key: true }).extend({
  ordinal: z.int(),
  order_id: z.uuid().nullable(),
  type: z.string().nullable(),
  schema_version: z.int().nullable(),
  data: z.string().nullable(),
  fingerprint: z.instanceof(Buffer).nullable(),
});

const appendEvents = statement('log/append-events', appendedRow);
const readStreamEvents = statement('log/read-stream', storedRow);
const readStreamAndKey = statement('log/read-stream-and-key', storedRow);
const readHolder = statement('log/read-key', storedRow);

const MAX_VERSION = 2_147_483_647;

/**
 * Turns a row of `events` into the event that it records, at the current version of its schema.
 *
 * @throws {UnknownEventError}
 */
export function toRecordedEvent(row: z.output<typeof recordedRow>): RecordedEvent & { position: number } {
  return {
    position: row.position,
    event_id: toId('evt', row.event_id),
    order_id: toId('ord', row.order_id),
    version: row.version,
    recorded_at: row.recorded_at,
    key_id: row.key_id === null ? null : toId('key', row.key_id),
    ...upcast(row.type, row.schema_version, JSON.parse(row.data)),
  };
}

function toStoredEvent(row: z.output<typeof storedRow>): StoredEvent {
  const { idempotency_key, fingerprint } = row;
  return { ...toRecordedEvent(row), idempotency_key, fingerprint };
}

export interface OrderLogOptions {
  pool: DatabasePool;
  /** Commands that may wait, a partition. */
  capacity: number;
  /** Commands a statement; beyond a few hundred nothing is gained, and the wait behind the statement grows. */
  maxBatch?: number;
  /** Milliseconds that a statement may take. */
  timeout?: number;
}

export function createOrderLog({
  pool,
  capacity,
  maxBatch = 256,
  timeout = 5_000,
}: OrderLogOptions): OrderLog {
  const writers = new Map<number, GroupCommit<Append, AppendOutcome>>();

  const writerOf = (partition: number) => {
    let writer = writers.get(partition);
    if (writer === undefined) {
      writer = createGroupCommit({
        write: (batch: Append[]) => writeBatch(pool, partition, batch),
        claims: (a) => [`${a.tenantId} ${a.idempotency_key}`, `${a.order_id} ${a.version}`],
        capacity,
        maxBatch,
        timeout,
        waited: (ms) => appendWait.observe(ms / 1_000),
      });
      writers.set(partition, writer);
    }
    return writer;
  };

  return {
    async append(append) {
      appendQueueLength.inc();
      const span = startSpan('append', { kind: 'internal', parent: append.traceparent });
      try {
        const outcome = await writerOf(append.partition).submit(append);
        appendOutcomes.inc({ outcome: outcome.kind });
        endSpan(span, { 'holdfast.outcome': outcome.kind, 'holdfast.event_type': append.event.type });
        return outcome;
      } catch (error) {
        const outcome = error instanceof StoreOverloaded ? 'shed' : 'failed';
        appendOutcomes.inc({ outcome });
        endSpan(span, { 'holdfast.outcome': outcome }, outcome);
        throw error;
      } finally {
        appendQueueLength.dec();
      }
    },
    async readStream({ tenantId }, orderId, upToVersion = MAX_VERSION) {
      const uuid = parseId('ord', orderId);
      if (uuid === undefined) return [];
      const rows = await reachable(pool.any(readStreamEvents(uuid, tenantId, upToVersion)));
      return rows.map(toStoredEvent);
    },
    async readForCommand({ tenantId }, orderId, idempotencyKey) {
      // A key may hold an event even when the order's id is none at all.
      const uuid = parseId('ord', orderId) ?? '0'.repeat(32);
      const rows = await reachable(pool.any(readStreamAndKey(uuid, tenantId, idempotencyKey)));
      const events = rows.map(toStoredEvent);
      const stream = events.filter((event) => event.order_id === orderId);
      return {
        stream,
        streamBytes: rows.reduce(
          (sum, row, n) => sum + (events[n]!.order_id === orderId ? row.data.length : 0),
          0,
        ),
        holder: events.find((event) => event.idempotency_key === idempotencyKey),
      };
    },
    async readKey({ tenantId }, idempotencyKey) {
      const row = await reachable(pool.maybeOne(readHolder(idempotencyKey, tenantId)));
      return row === null ? undefined : toStoredEvent(row);
    },
    async drained() {
      await Promise.all([...writers.values()].map((writer) => writer.drained()));
    },
  };
}

async function writeBatch(pool: DatabasePool, partition: number, batch: Append[]): Promise<AppendOutcome[]> {
  const done = appendDuration.startTimer();
  const rows = await reachable(
    pool.any(
      appendEvents(
        partition,
        batch.map((a) => a.tenantId),
        batch.map((a) => toUuid(a.order_id)),
        batch.map((a) => a.version),
        batch.map((a) => toUuid(a.event_id)),
        batch.map((a) => a.event.type),
        batch.map((a) => EVENT_SCHEMAS[a.event.type].version),
        batch.map((a) => JSON.stringify(a.event.data)).join(SEPARATOR),
        batch.map((a) => a.idempotency_key),
        batch.map((a) => a.fingerprint),
        batch.map((a) => a.traceparent),
        batch.map((a) => a.key_id),
      ),
    ),
  );
  done();
  appendBatchSize.observe(batch.length);
  const outcomes: AppendOutcome[] = batch.map(() => ({ kind: 'version_conflict' }));
  for (const row of rows) {
    const append = batch[row.ordinal - 1];
    if (append !== undefined) outcomes[row.ordinal - 1] = outcomeOf(append, row);
  }
  return outcomes;
}

function outcomeOf(append: Append, row: z.output<typeof appendedRow>): AppendOutcome {
  const { event_id, order_id, version, event, idempotency_key, fingerprint } = append;
  if (toId('evt', row.event_id) === event_id) {
    const { position, recorded_at } = row;
    const key_id = toId('key', append.key_id);
    return {
      kind: 'appended',
      event: {
        position,
        event_id,
        order_id,
        version,
        recorded_at,
        key_id,
        idempotency_key,
        fingerprint,
        ...event,
      },
    };
  }
  const holder = toStoredEvent({ ...storedRow.required().parse({ ...row, idempotency_key }) });
  return { kind: holder.fingerprint.equals(fingerprint) ? 'replayed' : 'key_reused', event: holder };
}
