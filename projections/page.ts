/**
 * Pages of a read table, by keyset: the cursor is the log position of the event that made the row.
 *
 * Rows become visible in the order of their positions, so a walk neither skips nor repeats a row.
 * Each page is a bounded range scan of an index, at any depth (measured: docs/performance.md).
 */
import { type CommonQueryMethods, type FragmentSqlToken, sql } from 'slonik';
import { z } from 'zod';
import type { Tenancy } from '../store/tenancy.ts';
import { reachable } from '../store/unavailable.ts';
import type { Projection } from './projection.ts';

export interface PageQuery extends Tenancy {
  direction: 'asc' | 'desc';
  /** Rows on the page. */
  limit: number;
  /** Continue after the row at this position. */
  from?: number | undefined;
}

export interface Page {
  /**
   * JSON objects, separated by commas. Not parsed: parsing is the most expensive part of a list.
   */
  documents: string;
  /** Position of the last row of the page; `null` on the last page. */
  next: number | null;
  /** The page shows each event up to this position. */
  applied: number;
  /** Position of the newest event of the log. */
  head: number;
  /** Events of the log that the page does not show yet. */
  lag: number;
  /** Whether the log lost the position that the page continues after. */
  is_from_lost: boolean;
}

/** The source of a list. */
export interface Listed {
  projection: Projection;
  /**
   * Selects the next rows in the order of the list, at most `limit`: `document` is the text of a
   * JSON object, `at` the position that a cursor continues after, `sort` the order of the list.
   */
  rows: (limit: number) => FragmentSqlToken;
  /**
   * Selects the last row that a page may examine: `at`, or no row when it examines all that are
   * left. A page that finds too few rows up to there ends there.
   */
  last?: FragmentSqlToken | undefined;
}

/**
 * A page ends with the document that exceeds this; it has at least one row. 100 of the largest
 * orders are 15 MB, and the server would buffer them for a client that does not read.
 */
export const PAGE_BYTES_MAX = 1024 * 1024;

const pageRow = z.object({
  documents: z.string().nullable(),
  next: z.int().nullable(),
  applied: z.int(),
  head: z.int(),
  lag: z.int(),
  is_from_lost: z.boolean(),
});

/** Reads one page and the position of the table in one snapshot. */
export async function readPage(pool: CommonQueryMethods, query: PageQuery, listed: Listed): Promise<Page> {
  const page = await reachable(pool.one(pageStatement(query, listed)));
  return { ...page, documents: page.documents ?? '' };
}

/**
 * The statement of a page; exported so that a test can explain its plan. It reads one row more than
 * the page, to find out whether there is a next page. The last row may exceed the limit of bytes.
 * Postgres knows the size of a text without reading it, so rows beyond the page cost nothing.
 */
export function pageStatement(
  { partition, direction, limit, from }: Pick<PageQuery, 'partition' | 'direction' | 'limit' | 'from'>,
  { projection, rows, last = sql.fragment`SELECT NULL::bigint` }: Listed,
) {
  const order = orderOf(direction);
  // Within an epoch, the head decides; the function costs a plan of its own.
  const isLost =
    from === undefined
      ? sql.fragment`false`
      : sql.fragment`CASE WHEN head.position >> 32 = ${from}::bigint >> 32 THEN head.position < ${from}
                ELSE is_lost_position(head.partition, ${from}) END`;
  return sql.type(pageRow)`
    SELECT page.documents, page.next, checkpoint.position AS applied, head.position AS head,
           CASE WHEN head.position >> 32 = checkpoint.position >> 32
                THEN head.position - checkpoint.position
                ELSE log_lag(head.partition, checkpoint.position, head.position) END AS lag,
           ${isLost} AS is_from_lost
      FROM log_heads AS head
      JOIN checkpoints AS checkpoint
        ON checkpoint.partition = head.partition AND checkpoint.consumer = ${projection.name}
     CROSS JOIN LATERAL (
             SELECT string_agg(document, ',' ORDER BY n) FILTER (WHERE fits) AS documents,
                    CASE WHEN NOT bool_and(fits) THEN (array_agg(at ORDER BY n DESC) FILTER (WHERE fits))[1]
                         ELSE (${last}) END AS next
               FROM (
                      SELECT document, at, n, n <= ${limit} AND (n = 1 OR bytes - octet_length(document) < ${PAGE_BYTES_MAX}) AS fits
                        FROM (
                               SELECT document, at, row_number() OVER walk AS n, sum(octet_length(document)) OVER walk AS bytes
                                 FROM (${rows(limit + 1)}) AS row
                               WINDOW walk AS (ORDER BY sort ${order})
                             ) AS numbered
                    ) AS fitted
           ) AS page
     WHERE head.partition = ${partition}`;
}

export const orderOf = (direction: PageQuery['direction']): FragmentSqlToken =>
  direction === 'asc' ? sql.fragment`ASC` : sql.fragment`DESC`;

/** The condition that a column lies behind a value in the direction of the list. */
export const behind = (
  column: FragmentSqlToken,
  direction: PageQuery['direction'],
  value: FragmentSqlToken,
): FragmentSqlToken =>
  direction === 'asc' ? sql.fragment`${column} > ${value}` : sql.fragment`${column} < ${value}`;
