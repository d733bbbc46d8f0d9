/** Parts of an order's history: pages of its events, one record, its times. */
import type { CommonQueryMethods } from 'slonik';
import { z } from 'zod';
import { isKnownEvent, newerEvent } from '../../domain/order/upcast.ts';
import type { EventType } from '../../domain/order/events.ts';
import { parseId } from '../ids.ts';
import { statement } from '../statement.ts';
import type { Tenancy } from '../tenancy.ts';
import { reachable } from '../unavailable.ts';
import { epochOf } from './epochs.ts';
import { type StoredEvent, storedRow, toStoredEvent } from './event-row.ts';

/** The other columns are those of {@link storedRow}, or all NULL. */
const eventOrNone = z.looseObject({ event_id: z.uuid().nullable() });
const historyRow = eventOrNone.extend({
  version_max: z.int().nullable(),
  kinds: z.string(),
  found: z.int(),
  after_position: z.int().nullable(),
});
const readHistory = statement('log/read-history', historyRow);
const readRecord = statement('log/read-record', eventOrNone);
const readTimes = statement('log/read-times', storedRow.pick({ version: true, recorded_at: true }));

const kindsOf = z.array(z.tuple([z.string(), z.int()]));

const eventOf = (row: z.output<typeof eventOrNone>): StoredEvent | undefined =>
  row.event_id === null ? undefined : toStoredEvent(storedRow.parse(row));

export interface HistoryQuery {
  /** Version of the last event before the page. */
  after: number;
  /** Of these types; of all without it. */
  types: readonly EventType[] | undefined;
  limit: number;
  bytesMax: number;
}

export interface HistoryPage {
  /** Number of the events of the order. */
  version: number;
  events: StoredEvent[];
  /** Epoch of the event at `after`; `undefined` without such an event. */
  epoch: number | undefined;
  /** Whether there are events of the types behind the page. */
  more: boolean;
}

/**
 * @returns `undefined` when the tenant has no such order
 * @throws {UnknownEventError} the order has an event of a newer release, on the page or not
 */
export async function readHistoryPage(
  pool: CommonQueryMethods,
  { partition, tenantId }: Tenancy,
  orderId: string,
  { after, types, limit, bytesMax }: HistoryQuery,
): Promise<HistoryPage | undefined> {
  const uuid = parseId('ord', orderId);
  if (uuid === undefined) return undefined;
  const rows = await reachable(
    pool.any(
      readHistory(uuid, tenantId, after, types === undefined ? null : [...types], limit, bytesMax, partition),
    ),
  );
  const [first] = rows;
  if (first === undefined || first.version_max === null) return undefined;
  const { version_max: version, kinds, found, after_position: position } = first;
  for (const [type, schemaVersion] of kindsOf.parse(JSON.parse(kinds)))
    if (!isKnownEvent(type, schemaVersion)) throw newerEvent(type, schemaVersion);
  const events = rows.flatMap((row) => eventOf(row) ?? []);
  const epoch = position === null ? undefined : epochOf(position);
  return { version, events, epoch, more: found > events.length };
}

/**
 * The first event of a type in an order, or the one with an id.
 *
 * @param eventId UUID, 32 hexadecimal digits
 * @returns `undefined` when the tenant has no such order, an empty list when the order has no such
 *   event
 */
export async function readRecordEvent(
  pool: CommonQueryMethods,
  { partition, tenantId }: Tenancy,
  orderId: string,
  type: EventType,
  eventId?: string,
): Promise<[StoredEvent] | [] | undefined> {
  const uuid = parseId('ord', orderId);
  if (uuid === undefined) return undefined;
  const row = await reachable(pool.maybeOne(readRecord(uuid, tenantId, type, eventId ?? null, partition)));
  if (row === null) return undefined;
  const event = eventOf(row);
  return event === undefined ? [] : [event];
}

/** When each event of an order was recorded (RFC 3339, UTC), oldest first. */
export async function readEventTimes(
  pool: CommonQueryMethods,
  { partition, tenantId }: Tenancy,
  orderId: string,
): Promise<readonly { version: number; recorded_at: string }[]> {
  const uuid = parseId('ord', orderId);
  return uuid === undefined ? [] : reachable(pool.any(readTimes(uuid, tenantId, partition)));
}
