/** Pages of the list of orders. */
import { type DatabasePool, type FragmentSqlToken, sql } from 'slonik';
import { ordersProjection } from './orders.ts';
import { type Page, type PageQuery, pageStatement, readPage } from './page.ts';

/** The filters of a list by status. */
export interface OrdersFilter {
  status?: string | undefined;
  paymentStatus?: string | undefined;
  fulfillmentStatus?: string | undefined;
}

export interface OrdersQuery extends PageQuery, OrdersFilter {
  customerId?: string | undefined;
  /** Placed later than this instant; RFC 3339, UTC. */
  placedAfter?: string | undefined;
  /** Placed earlier than this instant; RFC 3339, UTC. */
  placedBefore?: string | undefined;
}

export const readOrdersPage = (pool: DatabasePool, query: OrdersQuery): Promise<Page> =>
  readPage(pool, query, listed(query));

export const ordersPageStatement = (query: OrdersQuery) => pageStatement(query, listed(query));

const listed = (query: OrdersQuery) => ({
  projection: ordersProjection,
  position: 'placed_position',
  // The two texts that the fold was stored as.
  document: sql.fragment`'{"order":' || document || ',"facts":' || facts || '}'`,
  where: conditions(query),
});

function conditions(query: OrdersQuery): FragmentSqlToken[] {
  const { tenantId, status, paymentStatus, fulfillmentStatus, customerId, placedAfter, placedBefore } = query;
  const list: FragmentSqlToken[] = [];
  const tenant = sql.fragment`tenant_id = ${tenantId}`;
  if (status !== undefined) list.push(sql.fragment`status = ${status}`);
  if (paymentStatus !== undefined) list.push(sql.fragment`order_payment_status(document) = ${paymentStatus}`);
  if (fulfillmentStatus !== undefined)
    list.push(sql.fragment`order_fulfillment_status(status) = ${fulfillmentStatus}`);
  if (customerId !== undefined) list.push(sql.fragment`customer_id = ${customerId}`);
  // Times grow with positions, so a time is one position: one look-up in the index.
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
  return list;
}
