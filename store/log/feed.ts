/** A tenant's events in the order of the log, page by page: what a consumer that pulls reads. */
import type { DatabasePool } from 'slonik';
import { z } from 'zod';
import type { RecordedEvent } from '../../domain/order/events.ts';
import { type Tenancy, recordedRow, toRecordedEvent } from './log.ts';
import { statement } from '../statement.ts';
import { reachable } from '../unavailable.ts';

/** Events that a page looks at, at most. */
const LOOK_AT = 1_000;

/** Bytes of data after which a page ends, however many events were asked for; at least one event is on it. */
const PAGE_BYTES = 1024 * 1024;

const seen = {
  head: z.int(),
  here: z.uuid().nullable(),
  scanned: z.int().nullable(),
  scanned_id: z.uuid().nullable(),
  looked_at: z.int(),
};
const foundRow = recordedRow.extend({ ...seen, found: z.int() });
/** When no event is wanted, there is one row all the same. */
const nothingRow = z.looseObject({ ...seen, position: z.null() });
const readNext = statement('log/read-feed', z.union([foundRow, nothingRow]));

/** A place in a tenant's feed. */
export interface Place {
  /** Behind the event at this position; 0 is the beginning. */
  position: number;
  /**
   * What the event there is known by; `undefined` at the beginning, and where only the position is
   * known.
   */
  mark: string | undefined;
}

export interface FeedQuery extends Tenancy {
  /** Go on behind this position; 0 is the beginning. */
  after: number;
  /** Of the event that the reader has seen there; it is not asked when left out. */
  mark?: string | undefined;
  /** Only events of these types; of all when left out. */
  types?: readonly string[] | undefined;
  /** Events a page at most. */
  limit: number;
}

export interface FeedPage {
  events: (RecordedEvent & { position: number })[];
  /** Everything up to this position has been looked at: go on from here. */
  next: number;
  /** Of the event there. */
  mark: string | undefined;
  /** Whether there may be more right now. */
  more: boolean;
}

/**
 * The log does not have the place that a reader names: it ends before, or has another event there,
 * as after a restore.
 */
export class NotInLogError extends Error {
  override name = 'NotInLogError';
  /** Position of the newest event. */
  readonly head: number;

  constructor(position: number, head: number) {
    super(`The log, which ends at ${head}, does not have this place at ${position}`);
    this.head = head;
  }
}

/**
 * The random half of the id (a UUIDv7): 16 hexadecimal digits. Ids stay when a log is exported and
 * imported.
 */
export const markOf = (eventId: string): string => eventId.replaceAll('-', '').slice(-16);

/**
 * Reads one page. A page may hold fewer events than asked for, even none, while there are more:
 * `more` tells.
 *
 * @throws {NotInLogError}
 */
export async function readFeed(
  pool: DatabasePool,
  { partition, tenantId, after, mark, types, limit }: FeedQuery,
): Promise<FeedPage> {
  const wanted = types === undefined ? null : [...types];
  const lookAt = wanted === null ? limit + 1 : LOOK_AT;
  const rows = await reachable(
    pool.any(readNext(tenantId, after, lookAt, wanted, limit, partition, PAGE_BYTES)),
  );
  const { head, here, scanned, scanned_id: scannedId, looked_at: lookedAt } = rows[0]!;
  const hereMark = here === null ? undefined : markOf(here);
  if (after > head || (mark !== undefined && mark !== hereMark)) throw new NotInLogError(after, head);

  const onPage = rows.filter((row) => row.position !== null);
  const events = onPage.map(toRecordedEvent);
  const last = events.at(-1);
  if (last !== undefined && events.length < onPage[0]!.found) {
    return { events, next: last.position, mark: markOf(last.event_id), more: true };
  }
  if (scanned === null || scannedId === null) return { events, next: after, mark: hereMark, more: false };
  return { events, next: scanned, mark: markOf(scannedId), more: lookedAt === lookAt };
}

const placeRow = z.object({ head: z.int(), position: z.int().nullable(), event_id: z.uuid().nullable() });
const findPlace = statement('log/find-place', placeRow);
const findPositionBefore = statement(
  'log/find-position-before',
  z.object({ position: z.int(), is_to_come: z.boolean() }),
);

/**
 * The place behind everything up to a position: that of the tenant's last event there.
 *
 * @throws {NotInLogError} when the log ends before the position
 */
export async function placeAt(
  pool: DatabasePool,
  { partition, tenantId }: Tenancy,
  position: number,
): Promise<Place> {
  const row = await reachable(pool.one(findPlace(partition, tenantId, position)));
  if (position > row.head) throw new NotInLogError(position, row.head);
  if (row.position === null || row.event_id === null) return { position: 0, mark: undefined };
  return { position: row.position, mark: markOf(row.event_id) };
}

/**
 * The place behind everything that was recorded before an instant.
 *
 * @param instant RFC 3339
 * @returns `undefined` when the instant is still to come, by more than clocks differ: a minute
 */
export async function placeBefore(
  pool: DatabasePool,
  tenancy: Tenancy,
  instant: string,
): Promise<Place | undefined> {
  const found = await reachable(pool.one(findPositionBefore(tenancy.partition, instant)));
  return found.is_to_come ? undefined : placeAt(pool, tenancy, found.position);
}
