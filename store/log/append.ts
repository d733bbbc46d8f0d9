/**
 * Appends a batch of commands to the log in one statement (store/functions/append-events.sql); a
 * single command by a shorter one, if nothing is in its way (append-event.sql).
 */
import type { DatabasePool } from 'slonik';
import { z } from 'zod';
import { EVENT_SCHEMAS, type OrderEvent } from '../../domain/order/events.ts';
import { UnknownEventError } from '../../domain/order/upcast.ts';
import type { Subject } from '../../domain/personal/subject.ts';
import { appendBatchSize, appendDuration } from '../../platform/metrics.ts';
import { toId } from '../ids.ts';
import { type PersonalData, isFromRequest } from '../personal/personal-data.ts';
import { statement } from '../statement.ts';
import type { Tenancy } from '../tenancy.ts';
import { hasState, reachable } from '../unavailable.ts';
import { type Lines, argumentsOf, linesOf } from './append-lines.ts';
import { type StoredEvent, storedRow, toStoredEvent } from './event-row.ts';

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
  /** The API key of the request, a UUID; `null` for a command of the operator, or of the system. */
  key_id: string | null;
  /** Asks for the next number of this series ({@link SERIES}); not together with `number`. */
  series?: string | null | undefined;
  /** A number that the caller states: 1 to 64 characters, once in the tenant. */
  number?: string | null | undefined;
  /** A name that one event of the tenant can hold: 1 to 600 characters, opaque to the store. */
  claim?: string | null | undefined;
  /** Whose personal data the event has; of a first event, its data says it. */
  subject?: Subject | undefined;
  /** The e-mail address that the order had before the event. */
  email_before?: string | undefined;
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
const appendSealedEvents = statement('log/append-sealed-events', appendedRow);

const appendEvent = statement(
  'log/append-event',
  z.object({ position: z.int().nullable(), recorded_at: z.string().nullable() }),
);

/** SQLSTATE of a batch whose keys were erased since it was sealed (functions/personal-keys.sql). */
const SEALED_BEFORE_ERASURE = 'HF001';
/** Each follows another erasure. */
const SEALINGS_MAX = 5;

/**
 * @returns the outcome of each command, in the order of the batch
 * @throws {StoreUnavailable} each event was appended once or not at all
 */
export async function appendBatch(
  pool: DatabasePool,
  partition: number,
  batch: Append[],
  personal: PersonalData,
): Promise<AppendOutcome[]> {
  const stopTimer = appendDuration.startTimer();
  const { rows, documents } = await write(pool, partition, batch, personal);
  stopTimer();
  appendBatchSize.observe(batch.length);
  const outcomes: AppendOutcome[] = batch.map(() => ({ kind: 'version_conflict' }));
  for (const row of rows) {
    const index = row.ordinal - 1;
    const append = batch[index];
    if (append === undefined) continue;
    outcomes[index] = isOwn(row, append)
      ? { kind: 'appended', event: ownEvent(append, documents[index]!, row) }
      : await outcomeOfHolder(append, row, personal);
  }
  return outcomes;
}

type AppendedRow = z.output<typeof appendedRow>;

/** Seals the batch and appends it. One that an erasure overtook is sealed again. */
async function write(
  pool: DatabasePool,
  partition: number,
  batch: readonly Append[],
  personal: PersonalData,
): Promise<{ rows: readonly AppendedRow[]; documents: string[] }> {
  for (let sealings = 1; ; sealings += 1) {
    const sealed = await personal.seal(batch);
    const { documents } = sealed;
    const lines = linesOf(partition, batch, sealed);
    try {
      const row = await appendAlone(pool, lines);
      if (row !== undefined) return { rows: [row], documents };
      const values = argumentsOf(partition, lines);
      const { keys } = sealed;
      const append = keys
        ? appendSealedEvents(...values, keys.erasures, keys.made, keys.notes, keys.used)
        : appendEvents(...values);
      const rows = await reachable(pool.any(append));
      sealed.noteStored();
      return { rows, documents };
    } catch (error) {
      if (sealings === SEALINGS_MAX || !hasState(error, SEALED_BEFORE_ERASURE)) throw error;
      await personal.look();
    }
  }
}

/** What a row has of an event that its command appended. */
const OWN_ROW = {
  order_id: null,
  type: null,
  schema_version: null,
  data: null,
  fingerprint: null,
  key_id: null,
  number: null,
  claim: null,
  idempotency_key: null,
};

/**
 * Appends a command that is alone, has no names, and seals nothing.
 *
 * @returns `undefined` when nothing was appended: the statement for batches says why
 */
async function appendAlone(
  pool: DatabasePool,
  { batch, sealed, names, digests }: Lines,
): Promise<AppendedRow | undefined> {
  const [append] = batch;
  if (batch.length > 1 || append === undefined || names !== null || sealed.keys !== undefined)
    return undefined;
  const { version, event_id, event } = append;
  const { position, recorded_at } = await reachable(
    pool.one(
      appendEvent(
        append.partition,
        append.tenantId,
        append.order_id.slice(4),
        version,
        event_id.slice(4),
        event.type,
        EVENT_SCHEMAS[event.type].version,
        sealed.documents[0]!,
        append.idempotency_key,
        append.fingerprint,
        append.traceparent,
        append.key_id,
        digests,
      ),
    ),
  );
  if (position === null || recorded_at === null) return undefined;
  return { ...OWN_ROW, ordinal: 1, position, event_id: event_id.slice(4), version, recorded_at };
}

/** Whether a row holds the command's own event, not the earlier one that has its key or a name. */
const isOwn = (row: AppendedRow, { event_id }: Append): boolean => toId('evt', row.event_id) === event_id;

/** The event of a command that was appended. */
function ownEvent(
  { event_id, order_id, version, event, key_id, idempotency_key, fingerprint }: Append,
  document: string,
  { position, recorded_at, number }: AppendedRow,
): StoredEvent {
  return {
    position,
    event_id,
    order_id,
    version,
    recorded_at,
    key_id: key_id === null ? null : toId('key', key_id),
    number,
    bytes: Buffer.byteLength(document),
    idempotency_key,
    fingerprint,
    ...event,
  };
}

/** An event that this release does not know fails its own command, and no other of the batch. */
async function outcomeOfHolder(
  append: Append,
  row: AppendedRow,
  personal: PersonalData,
): Promise<AppendOutcome> {
  try {
    const holder = toStoredEvent({ ...storedRow.required().parse(row) });
    await personal.openEvents(append.partition, [holder]);
    return outcomeOf(append, holder, row.claim);
  } catch (error) {
    if (!(error instanceof UnknownEventError)) throw error;
    return { kind: 'holder_unknown', error };
  }
}

function outcomeOf(append: Append, holder: StoredEvent, claim: string | null): AppendOutcome {
  if (holder.idempotency_key !== append.idempotency_key) {
    return claim !== null && claim === append.claim
      ? { kind: 'claimed', claim, event: holder }
      : { kind: 'number_taken', number: append.number!, event: holder };
  }
  // An erased request counts as repeated: who runs the command compares what is left of it.
  const isRepeated = isFromRequest(holder, append.fingerprint) ?? true;
  return { kind: isRepeated ? 'replayed' : 'key_reused', event: holder };
}
