/** A tenant's events in the order of the log, page by page: what a consumer that pulls reads. */
import type { DatabasePool } from 'slonik';
import { z } from 'zod';
import type { RecordedEvent } from '../domain/order/events.ts';
import { type Tenancy, recordedRow, toRecordedEvent } from './log.ts';
import { statement } from './statement.ts';
import { reachable } from './unavailable.ts';

/** Events that a page looks at, at most. */
const LOOK_AT = 1_000;

/** Bytes of data after which a page ends, however many events were asked for; at least one event is on it. */
const PAGE_BYTES = 1024 * 1024;

const looked = { scanned: z.int(), looked_at: z.int(), found: z.int() };
const foundRow = recordedRow.extend(looked);
/** When no event is wanted, there is one row all the same. */
const nothingRow = z.looseObject({ position: z.null(), scanned: z.int().nullable(), looked_at: z.int() });
const readNext = statement('read-feed', z.union([foundRow, nothingRow]));

export interface FeedQuery extends Tenancy {
  /** Go on behind this position; 0 is the beginning. */
  after: number;
  /** Only events of these types; of all when left out. */
  types?: readonly string[] | undefined;
  /** Events a page at most. */
  limit: number;
}

export interface FeedPage {
  events: (RecordedEvent & { position: number })[];
  /** Everything up to this position has been looked at: go on from here. */
  next: number;
  /** Whether there may be more right now. */
  more: boolean;
}

/** Reads one page. A page may hold fewer events than asked for, even none, while there are more: `more` tells. */
export async function readFeed(
  pool: DatabasePool,
  { tenantId, after, types, limit }: FeedQuery,
): Promise<FeedPage> {
  const wanted = types === undefined ? null : [...types];
  const lookAt = wanted === null ? limit + 1 : LOOK_AT;
  const rows = await reachable(pool.any(readNext(tenantId, after, lookAt, wanted, limit, PAGE_BYTES)));
  const onPage = rows.filter((row) => row.position !== null);
  const events = onPage.map(toRecordedEvent);
  if (events.length < (onPage[0]?.found ?? 0))
    return { events, next: events.at(-1)?.position ?? after, more: true };
  const scanned = rows[0]?.scanned ?? after;
  return { events, next: scanned, more: rows[0]?.looked_at === lookAt };
}
