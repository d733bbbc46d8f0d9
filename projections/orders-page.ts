/**
 * Pages of the read table `orders`, by keyset: the cursor is the log position of an order's first event.
 *
 * Rows become visible in the order of their positions, so a walk neither skips nor repeats one, and each page is one range scan of
 * an index that ends in the position, at any depth (measured: docs/performance.md).
 */
import { type DatabasePool, type FragmentSqlToken, sql } from 'slonik';
import { z } from 'zod';
import type { Tenancy } from '../store/log.ts';
import { reachable } from '../store/unavailable.ts';
import { ordersProjection } from './orders.ts';

/** What a list picks by status. */
export interface OrdersFilter {
  status?: string | undefined;
  paymentStatus?: string | undefined;
  fulfillmentStatus?: string | undefined;
}

export interface OrdersQuery extends Tenancy, OrdersFilter {
  customerId?: string | undefined;
  /** Placed later than this instant; RFC 3339, UTC. */
  placedAfter?: string | undefined;
  /** Placed earlier than this instant; RFC 3339, UTC. */
  placedBefore?: string | undefined;
  direction: 'asc' | 'desc';
  /** Rows at most. */
  limit: number;
  /** Go on behind the order at this position. */
  from?: number | undefined;
}

export interface OrdersPage {
  /** The orders as the text of JSON objects with commas between them; passed through unparsed, for parsing is the dearest part of a list. */
  documents: string;
  /** Position of the last order of the page, when there are more behind it. */
  next: number | null;
  /** The page holds every event up to this position. */
  applied: number;
  /** Position of the newest event of the log. */
  head: number;
}

const pageRow = z.object({
  documents: z.string().nullable(),
  next: z.int().nullable(),
  applied: z.int(),
  head: z.int(),
});

/** Reads one page, and how far the table is behind the log, in one snapshot. */
export function readOrdersPage(pool: DatabasePool, query: OrdersQuery): Promise<OrdersPage> {
  const page = reachable(pool.one(ordersPageStatement(query)));
  return page.then(({ documents, ...rest }) => ({ documents: documents ?? '', ...rest }));
}

/** The statement of a page; apart, so that a test can explain its plan. One row more than the page says whether there are more. */
export function ordersPageStatement(query: OrdersQuery) {
  const { partition, limit, direction } = query;
  const order = direction === 'asc' ? sql.fragment`ASC` : sql.fragment`DESC`;
  return sql.type(pageRow)`
    SELECT page.documents, page.next, checkpoint.position AS applied, head.position AS head
      FROM log_heads AS head
      JOIN checkpoints AS checkpoint
        ON checkpoint.partition = head.partition AND checkpoint.consumer = ${ordersProjection.name}
     CROSS JOIN LATERAL (
             SELECT string_agg(document, ',' ORDER BY n) FILTER (WHERE n <= ${limit}) AS documents,
                    CASE WHEN max(n) > ${limit} THEN max(placed_position) FILTER (WHERE n = ${limit}) END AS next
               FROM (
                      SELECT document, placed_position, row_number() OVER (ORDER BY placed_position ${order}) AS n
                        FROM (
                               SELECT document, placed_position
                                 FROM orders
                                WHERE ${sql.and(conditions(query))}
                                ORDER BY placed_position ${order}
                                LIMIT ${limit + 1}
                             ) AS row
                    ) AS numbered
           ) AS page
     WHERE head.partition = ${partition}`;
}

function conditions(query: OrdersQuery): FragmentSqlToken[] {
  const {
    tenantId,
    status,
    paymentStatus,
    fulfillmentStatus,
    customerId,
    placedAfter,
    placedBefore,
    direction,
    from,
  } = query;
  const tenant = sql.fragment`tenant_id = ${tenantId}`;
  const list = [tenant];
  if (status !== undefined) list.push(sql.fragment`status = ${status}`);
  if (paymentStatus !== undefined) list.push(sql.fragment`order_payment_status(document) = ${paymentStatus}`);
  if (fulfillmentStatus !== undefined)
    list.push(sql.fragment`order_fulfillment_status(status) = ${fulfillmentStatus}`);
  if (customerId !== undefined) list.push(sql.fragment`customer_id = ${customerId}`);
  // The log's times grow with its positions, so a time is one position, found by one look into the index.
  if (placedAfter !== undefined) {
    list.push(sql.fragment`placed_position > coalesce((
      SELECT placed_position FROM orders WHERE ${tenant} AND placed_at <= ${placedAfter}::timestamptz
       ORDER BY placed_at DESC, placed_position DESC LIMIT 1), 0)`);
  }
  if (placedBefore !== undefined) {
    list.push(sql.fragment`placed_position < coalesce((
      SELECT placed_position FROM orders WHERE ${tenant} AND placed_at >= ${placedBefore}::timestamptz
       ORDER BY placed_at, placed_position LIMIT 1), 9223372036854775807)`);
  }
  if (from !== undefined) {
    list.push(
      direction === 'asc' ? sql.fragment`placed_position > ${from}` : sql.fragment`placed_position < ${from}`,
    );
  }
  return list;
}
