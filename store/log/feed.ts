/** The event feed of a tenant: its events in the order of the log, page by page. */
import type { CommonQueryMethods } from 'slonik';
import { z } from 'zod';
import type { RecordedEvent } from '../../domain/order/events.ts';
import { isKnownEvent } from '../../domain/order/upcast.ts';
import { recordedRow, toRecordedEvent } from './event-row.ts';
import type { Tenancy } from '../tenancy.ts';
import { statement } from '../statement.ts';
import { reachable } from '../unavailable.ts';

/** Events that one page scans when it filters by type. A page of a rare type is cut off here. */
const SCANNED_EVENTS_MAX = 1_000;

/** A page ends with the event that exceeds this; it holds at least one event. */
const PAGE_BYTES_MAX = 1024 * 1024;

const seen = {
  head: z.int(),
  here: z.uuid().nullable(),
  scanned: z.int().nullable(),
  scanned_id: z.uuid().nullable(),
  scanned_count: z.int(),
};
const foundRow = recordedRow.extend({ ...seen, found: z.int() });
/** A page without events still has one row, for the columns of `seen`. */
const nothingRow = z.looseObject({ ...seen, position: z.null() });
const readNext = statement('log/read-feed', z.union([foundRow, nothingRow]));

/** A position in a tenant's feed, after the event at that position. */
export interface FeedPosition {
  /** 0 is the beginning. */
  position: number;
  /** Mark of the event at this position; `undefined` at the beginning and when it is unknown. */
  mark: string | undefined;
}

export interface FeedQuery extends Tenancy {
  /** Continue after this position; 0 is the beginning. */
  after: number;
  /** Mark of the event that the reader saw at `after`; not checked when left out. */
  mark?: string | undefined;
  /** Only events of these types; all types when left out. */
  types?: readonly string[] | undefined;
  /** Events on the page. */
  limit: number;
}

export interface FeedPage {
  events: (RecordedEvent & { position: number })[];
  /** The page has read the log up to this position: continue after it. */
  next: number;
  /** Mark of the event at `next`. */
  mark: string | undefined;
  /** Whether the log may hold more events now. */
  more: boolean;
}

/** The log does not have what the reader saw at its position: it lost its end. */
export class NotInLogError extends Error {
  override name = 'NotInLogError';
  /** The last position up to the reader's that the log has; `undefined` when it was not read. */
  readonly kept: number | undefined;
  /** Whether the position is beyond the head; else it is in the lost end of an earlier epoch. */
  readonly isBeyondHead: boolean;

  constructor(position: number, { head, kept }: { head: number; kept?: number }) {
    super(`The log ends at ${head}, or lost its event at ${position}`);
    this.isBeyondHead = position > head;
    this.kept = this.isBeyondHead ? head : kept;
  }
}

/**
 * The mark of an event: the random half of its id (a UUIDv7), 16 hexadecimal digits. Export and
 * import of a log keep the ids.
 */
export const markOf = (eventId: string): string => eventId.replaceAll('-', '').slice(-16);

/**
 * Reads one page. It may hold fewer events than `limit`, even none, although `more` is true. It
 * ends before an event that only a newer release knows: no reader passes one unseen.
 *
 * @throws {NotInLogError}
 * @throws {UnknownEventError} the first event of the page is of a newer release
 */
export async function readFeed(
  pool: CommonQueryMethods,
  { partition, tenantId, after, mark, types, limit }: FeedQuery,
): Promise<FeedPage> {
  const wanted = types === undefined ? null : [...types];
  const scannedMax = wanted === null ? limit + 1 : SCANNED_EVENTS_MAX;
  const rows = await reachable(
    pool.any(readNext(tenantId, after, scannedMax, wanted, limit, partition, PAGE_BYTES_MAX)),
  );
  const { head, here, scanned, scanned_id: scannedId, scanned_count: scannedCount } = rows[0]!;
  const hereMark = here === null ? undefined : markOf(here);
  if (after > head || (mark !== undefined && mark !== hereMark)) throw new NotInLogError(after, { head });

  const onPage = rows.filter((row) => row.position !== null);
  const unknownAt = onPage.findIndex(({ type, schema_version }) => !isKnownEvent(type, schema_version));
  const readable = unknownAt > 0 ? onPage.slice(0, unknownAt) : onPage;
  const events = readable.map(toRecordedEvent);
  const last = events.at(-1);
  if (last !== undefined && events.length < onPage[0]!.found) {
    return { events, next: last.position, mark: markOf(last.event_id), more: true };
  }
  if (scanned === null || scannedId === null) return { events, next: after, mark: hereMark, more: false };
  return { events, next: scanned, mark: markOf(scannedId), more: scannedCount === scannedMax };
}

const lastEventRow = z.object({
  head: z.int(),
  is_lost: z.boolean(),
  kept: z.int(),
  position: z.int().nullable(),
  event_id: z.uuid().nullable(),
});
const findLastEvent = statement('log/find-last-event', lastEventRow);
const findPositionBefore = statement(
  'log/find-position-before',
  z.object({ position: z.int(), latest: z.int(), is_future: z.boolean() }),
);

/**
 * The feed position of the tenant's last event up to a position of the log.
 *
 * @throws {NotInLogError} when the log ends before the position, or has lost what was there
 */
export async function feedPositionAt(
  pool: CommonQueryMethods,
  { partition, tenantId }: Tenancy,
  position: number,
): Promise<FeedPosition> {
  const row = await reachable(pool.one(findLastEvent(partition, tenantId, position)));
  if (row.is_lost) throw new NotInLogError(position, row);
  if (row.position === null || row.event_id === null) return { position: 0, mark: undefined };
  return { position: row.position, mark: markOf(row.event_id) };
}

/**
 * The last position before the first event of a partition that was recorded at an instant or later.
 *
 * @param instant RFC 3339
 */
export async function positionBefore(
  pool: CommonQueryMethods,
  partition: number,
  instant: string,
): Promise<number> {
  return (await reachable(pool.one(findPositionBefore(partition, instant)))).position;
}

/** The position of the last event that was recorded before an instant; 0 when there is none. */
export async function latestBefore(
  pool: CommonQueryMethods,
  partition: number,
  instant: string,
): Promise<number> {
  return (await reachable(pool.one(findPositionBefore(partition, instant)))).latest;
}

/**
 * The feed position after the last event that was recorded before an instant.
 *
 * @param instant RFC 3339
 * @returns `undefined` when the instant is more than a minute in the future; clocks differ by less
 */
export async function feedPositionBefore(
  pool: CommonQueryMethods,
  tenancy: Tenancy,
  instant: string,
): Promise<FeedPosition | undefined> {
  const found = await reachable(pool.one(findPositionBefore(tenancy.partition, instant)));
  return found.is_future ? undefined : feedPositionAt(pool, tenancy, found.position);
}
