/**
 * Appends a batch of commands to the log in one statement (store/functions/append-events.sql); a
 * single command by a shorter one, if nothing is in its way (append-event.sql).
 */
import type { DatabasePool } from 'slonik';
import { z } from 'zod';
import { EVENT_SCHEMAS, type OrderEvent } from '../../domain/order/events.ts';
import { UnknownEventError } from '../../domain/order/upcast.ts';
import { appendBatchSize, appendDuration } from '../../platform/metrics.ts';
import { toId } from '../ids.ts';
import { dataDigest, eventDigest } from '../integrity/entry.ts';
import { SEPARATOR, plainArray, statement } from '../statement.ts';
import type { Tenancy } from '../tenancy.ts';
import { reachable } from '../unavailable.ts';
import { type StoredEvent, storedRow, toStoredEvent } from './event-row.ts';
import { placeInSeries } from './series.ts';

/**
 * The event of a command, for the next version of its order's stream, under its idempotency key.
 */
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
  /** The API key of the request; a UUID. */
  key_id: string;
  /** Asks for the next number of this series ({@link SERIES}); not together with `number`. */
  series?: string | null | undefined;
  /** A number that the caller states: 1 to 64 characters, once in the tenant. */
  number?: string | null | undefined;
  /** A name that one event of the tenant can hold: 1 to 600 characters, opaque to the store. */
  claim?: string | null | undefined;
}

export type AppendOutcome =
  /** This command appended its event. */
  | { kind: 'appended'; event: StoredEvent }
  /** The same request was appended before, under this key. */
  | { kind: 'replayed'; event: StoredEvent }
  /** Another request holds this key. */
  | { kind: 'key_reused'; event: StoredEvent }
  /** Another event holds the claim. */
  | { kind: 'claimed'; claim: string; event: StoredEvent }
  /** Another event holds the stated number. */
  | { kind: 'number_taken'; number: string; event: StoredEvent }
  /** Another event has this version of the stream: read the stream and decide again. */
  | { kind: 'version_conflict' }
  /** The event that holds the key, the claim or the number is of a newer release. */
  | { kind: 'holder_unknown'; error: UnknownEventError };

const appendedRow = storedRow.extend({
  ordinal: z.int(),
  claim: z.string().nullable(),
  idempotency_key: z.string().nullable(),
  order_id: z.uuid().nullable(),
  type: z.string().nullable(),
  schema_version: z.int().nullable(),
  data: z.string().nullable(),
  fingerprint: z.instanceof(Buffer).nullable(),
});
const appendEvents = statement('log/append-events', appendedRow);
const appendEvent = statement(
  'log/append-event',
  z.object({ position: z.int().nullable(), recorded_at: z.string().nullable() }),
);

/**
 * @returns the outcome of each command, in the order of the batch
 * @throws {StoreUnavailable} each event was appended once or not at all
 */
export async function appendBatch(
  pool: DatabasePool,
  partition: number,
  batch: Append[],
): Promise<AppendOutcome[]> {
  const stopTimer = appendDuration.startTimer();
  const documents = batch.map((each) => JSON.stringify(each.event.data));
  const write = { batch, documents, names: namesOf(batch), digests: digestsOf(partition, batch, documents) };
  const appended = await appendAlone(pool, write);
  const outcomes = appended ? [appended] : await appendTogether(pool, partition, write);
  stopTimer();
  appendBatchSize.observe(batch.length);
  return outcomes;
}

/** A batch as the log gets it. */
interface Write {
  batch: readonly Append[];
  /** JSON texts of the events' data. */
  documents: readonly string[];
  names: string | null;
  digests: Buffer;
}

/**
 * Appends a command that is alone and has no names.
 *
 * @returns `undefined` when nothing was appended: the statement for batches says why
 */
async function appendAlone(
  pool: DatabasePool,
  { batch, documents, names, digests }: Write,
): Promise<AppendOutcome | undefined> {
  const [append] = batch;
  const [document] = documents;
  if (batch.length > 1 || append === undefined || document === undefined || names !== null) return undefined;
  const { partition, tenantId, order_id, version, event_id, event } = append;
  const { position, recorded_at } = await reachable(
    pool.one(
      appendEvent(
        partition,
        tenantId,
        order_id.slice(4),
        version,
        event_id.slice(4),
        event.type,
        EVENT_SCHEMAS[event.type].version,
        document,
        append.idempotency_key,
        append.fingerprint,
        append.traceparent,
        append.key_id,
        digests,
      ),
    ),
  );
  if (position === null || recorded_at === null) return undefined;
  return { kind: 'appended', event: ownEvent(append, document, { position, recorded_at, number: null }) };
}

async function appendTogether(
  pool: DatabasePool,
  partition: number,
  { batch, documents, names, digests }: Write,
): Promise<AppendOutcome[]> {
  const rows = await reachable(
    pool.any(
      appendEvents(
        partition,
        plainArray(batch.map((each) => each.tenantId)),
        plainArray(batch.map((each) => each.order_id.slice(4))),
        plainArray(batch.map((each) => each.version)),
        plainArray(batch.map((each) => each.event_id.slice(4))),
        plainArray(batch.map((each) => each.event.type)),
        plainArray(batch.map((each) => EVENT_SCHEMAS[each.event.type].version)),
        documents.join(SEPARATOR),
        batch.map((each) => each.idempotency_key),
        batch.map((each) => each.fingerprint),
        batch.map((each) => each.traceparent),
        plainArray(batch.map((each) => each.key_id)),
        names,
        digests,
      ),
    ),
  );
  const outcomes: AppendOutcome[] = batch.map(() => ({ kind: 'version_conflict' }));
  for (const row of rows) {
    const index = row.ordinal - 1;
    const append = batch[index];
    if (append !== undefined) outcomes[index] = readOutcome(append, documents[index]!, row);
  }
  return outcomes;
}

/** The digests of a batch, one after the other (store/integrity/entry.ts). */
function digestsOf(partition: number, batch: readonly Append[], documents: readonly string[]): Buffer {
  const digests = batch.map((each, index) =>
    eventDigest(
      {
        partition,
        tenant_id: toId('ten', each.tenantId),
        order_id: each.order_id,
        version: each.version,
        event_id: each.event_id,
        type: each.event.type,
        schema_version: EVENT_SCHEMAS[each.event.type].version,
        idempotency_key: each.idempotency_key,
        fingerprint: each.fingerprint.toString('hex'),
        traceparent: each.traceparent,
        key_id: toId('key', each.key_id),
        claim: each.claim ?? null,
      },
      dataDigest(documents[index]!),
    ),
  );
  return Buffer.from(digests.join(''), 'hex');
}

/** The names of a batch as JSON; `null` when it has none, which saves the function a statement. */
function namesOf(batch: readonly Append[]): string | null {
  const hasNames = batch.some(({ series, number, claim }) => (series ?? number ?? claim ?? null) !== null);
  if (!hasNames) return null;
  return JSON.stringify(
    batch.map(({ series, number, claim }) =>
      typeof number === 'string' ? { ...placeInSeries(number), number, claim } : { series, claim },
    ),
  );
}

/** An event that this release does not know fails its own command, and no other of the batch. */
function readOutcome(append: Append, document: string, row: z.output<typeof appendedRow>): AppendOutcome {
  try {
    return outcomeOf(append, document, row);
  } catch (error) {
    if (!(error instanceof UnknownEventError)) throw error;
    return { kind: 'holder_unknown', error };
  }
}

/** A row holds the command's own event, or the earlier one that has its key, claim or number. */
function outcomeOf(append: Append, document: string, row: z.output<typeof appendedRow>): AppendOutcome {
  const { event_id, idempotency_key, fingerprint } = append;
  if (toId('evt', row.event_id) === event_id)
    return { kind: 'appended', event: ownEvent(append, document, row) };
  const holder = toStoredEvent({ ...storedRow.required().parse(row) });
  if (holder.idempotency_key !== idempotency_key) {
    return row.claim !== null && row.claim === append.claim
      ? { kind: 'claimed', claim: row.claim, event: holder }
      : { kind: 'number_taken', number: append.number!, event: holder };
  }
  return { kind: holder.fingerprint.equals(fingerprint) ? 'replayed' : 'key_reused', event: holder };
}

/** The event of a command that was appended. */
function ownEvent(
  { event_id, order_id, version, event, key_id, idempotency_key, fingerprint }: Append,
  document: string,
  { position, recorded_at, number }: Pick<StoredEvent, 'position' | 'recorded_at' | 'number'>,
): StoredEvent {
  return {
    position,
    event_id,
    order_id,
    version,
    recorded_at,
    key_id: toId('key', key_id),
    number,
    bytes: Buffer.byteLength(document),
    idempotency_key,
    fingerprint,
    ...event,
  };
}
