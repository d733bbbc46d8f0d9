/**
 * The sources of a page of orders. Each is a bounded scan of an index in the order of the list.
 *
 * Where filters are left that the index does not have, a page examines at most
 * {@link EXAMINED_ROWS_MAX} rows: it costs the same at any depth, and may be short.
 */
import { type FragmentSqlToken, sql } from 'slonik';
import { type OrderStatus } from '../../domain/order/order.ts';
import { PAYMENT_STATUSES } from '../../domain/order/statuses.ts';
import type { OrdersQuery } from '../orders-page.ts';
import { type Listed, behind, orderOf } from '../page.ts';

export const EXAMINED_ROWS_MAX = 1_000;

type Source = Pick<Listed, 'rows' | 'last'>;

/** The two texts that the fold was stored as. */
const DOCUMENT = sql.fragment`'{"order":' || row.document || ',"facts":' || row.facts || '}'`;
const STATUSES: readonly OrderStatus[] = [
  'placed',
  'paid',
  'partially_shipped',
  'shipped',
  'completed',
  'cancelled',
];

/** The filters of a query that a row of `orders` decides. */
export const filtersOf = (query: OrdersQuery) => ({
  isReadyToShip: query.isReadyToShip && sql.fragment`row.is_ready_to_ship`,
  isOnHold: query.isOnHold && sql.fragment`row.is_on_hold`,
  customerId:
    query.customerId === undefined ? undefined : sql.fragment`row.customer_id = ${query.customerId}`,
  statuses: query.statuses && sql.fragment`row.status = ANY (${textArray(query.statuses)})`,
  paymentStatuses:
    query.paymentStatuses && sql.fragment`row.payment_status = ANY (${textArray(query.paymentStatuses)})`,
  // Without a window of positions, the bounds alone decide.
  placedAfter:
    query.placedFrom === undefined
      ? undefined
      : sql.fragment`row.placed_at > ${query.placedAfter!}::timestamptz`,
  placedBefore:
    query.placedUpTo === undefined
      ? undefined
      : sql.fragment`row.placed_at < ${query.placedBefore!}::timestamptz`,
});

const textArray = (texts: readonly string[]) => sql.array([...texts], 'text');

/** The bounds of the position of placement: by the cursor, and by times. */
export function boundsOf(query: OrdersQuery) {
  const { direction, from, placedAfter, placedBefore, placedFrom, placedUpTo } = query;
  const position = sql.fragment`row.placed_position`;
  const bounds: FragmentSqlToken[] = [sql.fragment`true`];
  if (from !== undefined) bounds.push(behind(position, direction, sql.fragment`${from}`));
  if (placedFrom !== undefined) bounds.push(sql.fragment`${position} > ${placedFrom}`);
  if (placedUpTo !== undefined) bounds.push(sql.fragment`${position} <= ${placedUpTo}`);
  // In the first epoch times grow with positions, so a time is one position.
  if (placedAfter !== undefined && placedFrom === undefined)
    bounds.push(sql.fragment`${position} >= ${firstFrom(query, placedAfter, false)}`);
  if (placedBefore !== undefined && placedUpTo === undefined)
    bounds.push(sql.fragment`${position} < ${firstFrom(query, placedBefore, true)}`);
  return sql.and(bounds);
}

/**
 * The position of the tenant's first order after a time, or also at it. One order in 64 of the
 * partition is in an index by time: the search begins behind the last of these before that.
 */
function firstFrom({ partition, tenantId }: OrdersQuery, time: string, isInclusive: boolean) {
  const isAt = isInclusive ? sql.fragment`>=` : sql.fragment`>`;
  const isBefore = isInclusive ? sql.fragment`<` : sql.fragment`<=`;
  return sql.fragment`coalesce((
      SELECT placed_position FROM orders
       WHERE tenant_id = ${tenantId} AND partition = ${partition} AND placed_at ${isAt} ${time}::timestamptz
         AND placed_position > coalesce((
           SELECT placed_position FROM orders
            WHERE partition = ${partition} AND hashint8(placed_position) & 63 = 0 AND placed_at ${isBefore} ${time}::timestamptz
            ORDER BY placed_at DESC, placed_position DESC LIMIT 1), 0)
       ORDER BY placed_position LIMIT 1), 9223372036854775807)`;
}

const allOf = (filters: readonly FragmentSqlToken[]) => sql.and([sql.fragment`true`, ...filters]);

/** The rows that a page reads for a number of hits. */
const examinedFor = (hits: number, filters: readonly unknown[]) =>
  filters.length === 0 ? hits : EXAMINED_ROWS_MAX;

/** The position of the last row that a page examines. */
const lastOf = (driver: FragmentSqlToken, at: FragmentSqlToken, order: FragmentSqlToken) => sql.fragment`
  SELECT ${at} ${driver} ORDER BY ${order} OFFSET ${EXAMINED_ROWS_MAX - 1} LIMIT 1`;

/** Orders by placement, of one index that starts with the tenant and the filter. */
export function scanned(query: OrdersQuery, filter: FragmentSqlToken, left: FragmentSqlToken[]): Source {
  const driver = sql.fragment`
    FROM orders AS row
   WHERE tenant_id = ${query.tenantId} AND partition = ${query.partition} AND ${filter} AND ${boundsOf(query)}`;
  const order = sql.fragment`placed_position ${orderOf(query.direction)}`;
  return {
    rows: (limit) => sql.fragment`
      SELECT ${DOCUMENT} AS document, placed_position AS at, placed_position AS sort
        FROM (SELECT * ${driver} ORDER BY ${order} LIMIT ${examinedFor(limit, left)}) AS row
       WHERE ${allOf(left)}
       ORDER BY ${order}
       LIMIT ${limit}`,
    last: left.length === 0 ? undefined : lastOf(driver, sql.fragment`placed_position`, order),
  };
}

/**
 * Orders by placement, whose positions another scan finds.
 *
 * @param driver `FROM` and `WHERE` of that scan; its rows have `placed_position`
 */
export function found(query: OrdersQuery, driver: FragmentSqlToken, left: FragmentSqlToken[]): Source {
  const order = sql.fragment`placed_position ${orderOf(query.direction)}`;
  return {
    rows: (limit) => sql.fragment`
      SELECT ${DOCUMENT} AS document, found.placed_position AS at, found.placed_position AS sort
        FROM (SELECT placed_position ${driver} ORDER BY ${order} LIMIT ${examinedFor(limit, left)}) AS found
       CROSS JOIN LATERAL (
               SELECT * FROM orders
                WHERE tenant_id = ${query.tenantId} AND partition = ${query.partition}
                  AND placed_position = found.placed_position
                LIMIT 1
             ) AS row
       WHERE ${allOf(left)}
       ORDER BY found.${order}
       LIMIT ${limit}`,
    last: left.length === 0 ? undefined : lastOf(driver, sql.fragment`placed_position`, order),
  };
}

/**
 * Orders by placement that have any of the statuses: one range for each pair of a payment status
 * and a status, each of which is read up to the limit. LATERAL plans one range for all pairs.
 */
export function merged(query: OrdersQuery): Source {
  const { partition, tenantId, direction, statuses = STATUSES, paymentStatuses = PAYMENT_STATUSES } = query;
  const pairs = [...new Set(paymentStatuses)].flatMap((payment) =>
    [...new Set(statuses)].map((status) => [payment, status] as const),
  );
  const order = sql.fragment`placed_position ${orderOf(direction)}`;
  return {
    rows: (limit) => {
      const driver = sql.fragment`
        FROM unnest(${textArray(pairs.map(([payment]) => payment))}, ${textArray(pairs.map(([, status]) => status))})
          AS pair (payment_status, status)
       CROSS JOIN LATERAL (
               SELECT placed_position
                 FROM orders AS row
                WHERE tenant_id = ${tenantId} AND partition = ${partition} AND row.payment_status = pair.payment_status AND row.status = pair.status
                  AND ${boundsOf(query)}
                ORDER BY ${order}
                LIMIT ${limit}
             ) AS range`;
      return found(query, driver, []).rows(limit);
    },
  };
}

/** Orders by `ordered_at`. The cursor names a row, whose time is looked up. */
export function ordered(query: OrdersQuery, left: FragmentSqlToken[]): Source {
  const { partition, tenantId, direction, from, orderedAfter, orderedBefore } = query;
  const bounds = [sql.fragment`tenant_id = ${tenantId} AND partition = ${partition}`];
  if (orderedAfter !== undefined) bounds.push(sql.fragment`ordered_at > ${orderedAfter}::timestamptz`);
  if (orderedBefore !== undefined) bounds.push(sql.fragment`ordered_at < ${orderedBefore}::timestamptz`);
  if (from !== undefined) {
    const cursor = sql.fragment`((
      SELECT ordered_at FROM orders
       WHERE tenant_id = ${tenantId} AND partition = ${partition} AND placed_position = ${from} LIMIT 1), ${from}::bigint)`;
    bounds.push(behind(sql.fragment`(ordered_at, placed_position)`, direction, cursor));
  }
  const driver = sql.fragment`FROM orders AS row WHERE ${sql.and(bounds)}`;
  const order = sql.fragment`ordered_at ${orderOf(direction)}, placed_position ${orderOf(direction)}`;
  return {
    rows: (limit) => sql.fragment`
      SELECT ${DOCUMENT} AS document, placed_position AS at, ROW(ordered_at, placed_position) AS sort
        FROM (SELECT * ${driver} ORDER BY ${order} LIMIT ${examinedFor(limit, left)}) AS row
       WHERE ${allOf(left)}
       ORDER BY ${order}
       LIMIT ${limit}`,
    last: left.length === 0 ? undefined : lastOf(driver, sql.fragment`placed_position`, order),
  };
}

/**
 * Orders by their last change: the tenant's events of the log after a position, without those that
 * were followed by another one of their order. Costs a write nothing.
 */
export function changed(query: OrdersQuery, after: number, left: FragmentSqlToken[]): Source {
  const { partition, tenantId, from = after } = query;
  const driver = sql.fragment`
    FROM events
   WHERE uuid_send(tenant_id) = uuid_send(${tenantId}::uuid) AND position > ${from}
     AND partition = ANY (ARRAY[${partition}::integer]) -- see read-feed.sql
     AND position <= (SELECT position FROM checkpoints WHERE partition = ${partition} AND consumer = 'orders')`;
  const order = sql.fragment`position`;
  return {
    rows: (limit) => sql.fragment`
      SELECT ${DOCUMENT} AS document, event.position AS at, event.position AS sort
        FROM (
               SELECT position, order_id, version ${driver} ORDER BY ${order} LIMIT ${EXAMINED_ROWS_MAX}
             ) AS event
       CROSS JOIN LATERAL (
               SELECT * FROM orders
                WHERE order_id = event.order_id AND tenant_id = ${tenantId} AND partition = ${partition}
                  AND version = event.version
                LIMIT 1
             ) AS row
       WHERE ${allOf(left)}
       ORDER BY event.position
       LIMIT ${limit}`,
    last: lastOf(driver, sql.fragment`position`, order),
  };
}
