/** Pages of the list of orders: what a query lists, and the statement of its page. */
import type { CommonQueryMethods, FragmentSqlToken } from 'slonik';
import { sql } from 'slonik';
import type { OrderStatus } from '../domain/order/order.ts';
import type { PaymentStatus } from '../domain/order/statuses.ts';
import { epochOfLog } from '../store/log/epochs.ts';
import { latestBefore, positionBefore } from '../store/log/feed.ts';
import { ordersProjection } from './orders.ts';
import { boundsOf, changed, filtersOf, found, merged, ordered, scanned } from './orders/sources.ts';
import { type Listed, type Page, type PageQuery, pageStatement, readPage } from './page.ts';

/** The filters of a list. Times are RFC 3339, UTC; each is exclusive. */
export interface OrdersFilter {
  /** Any of these. */
  statuses?: readonly OrderStatus[] | undefined;
  /** Any of these. */
  paymentStatuses?: readonly PaymentStatus[] | undefined;
  customerId?: string | undefined;
  isOnHold?: true | undefined;
  isReadyToShip?: true | undefined;
  placedAfter?: string | undefined;
  placedBefore?: string | undefined;
  /** A term of the order, see `termOf`. */
  term?: string | undefined;
  /** The term of the same e-mail address as a keyed hash, of orders with sealed members. */
  personalTerm?: string | null | undefined;
  /** Lists by `ordered_at`. Not together with a term. */
  orderedAfter?: string | undefined;
  orderedBefore?: string | undefined;
  /**
   * Lists the orders that changed after this position, by their last change, oldest first. Not
   * together with a term or another time.
   */
  changedAfter?: number | undefined;
}

/**
 * Bounds of positions that have all orders of the window of times, in a log with several epochs: in
 * one that a clock which was set back started, times are those of the epoch before. So the times of
 * the rows decide too.
 */
interface PositionWindow {
  /** Exclusive. */
  placedFrom?: number | undefined;
  placedUpTo?: number | undefined;
}

export type OrdersQuery = PageQuery & OrdersFilter & PositionWindow;

export async function readOrdersPage(
  pool: CommonQueryMethods,
  query: PageQuery & OrdersFilter,
): Promise<Page> {
  const whole = { ...query, ...(await positionWindow(pool, query)) };
  return readPage(pool, whole, listed(whole));
}

async function positionWindow(
  pool: CommonQueryMethods,
  { partition, placedAfter, placedBefore }: PageQuery & OrdersFilter,
): Promise<PositionWindow> {
  if (placedAfter === undefined && placedBefore === undefined) return {};
  if ((await epochOfLog(pool, partition)) === 0) return {};
  const [placedFrom, placedUpTo] = await Promise.all([
    placedAfter === undefined ? undefined : positionBefore(pool, partition, placedAfter),
    placedBefore === undefined ? undefined : latestBefore(pool, partition, placedBefore),
  ]);
  return { placedFrom, placedUpTo };
}

export const ordersPageStatement = (query: OrdersQuery) => pageStatement(query, listed(query));

/**
 * The source of a list. One of its filters drives the scan. The others, if any, are applied to a
 * bounded number of rows.
 */
function listed(query: OrdersQuery): Listed {
  const source = { projection: ordersProjection };
  const filters = filtersOf(query);
  const without = (...names: (keyof typeof filters)[]): FragmentSqlToken[] =>
    Object.entries(filters).flatMap(([name, filter]) =>
      filter === undefined || names.includes(name as keyof typeof filters) ? [] : [filter],
    );
  if (query.changedAfter !== undefined)
    return { ...source, ...changed(query, query.changedAfter, without()) };
  if (query.orderedAfter !== undefined || query.orderedBefore !== undefined)
    return { ...source, ...ordered(query, without()) };
  if (query.term !== undefined) {
    const driver =
      query.personalTerm === null || query.personalTerm === undefined
        ? sql.fragment`
      FROM order_terms AS row
     WHERE tenant_id = ${query.tenantId} AND partition = ${query.partition} AND term = ${query.term}
       AND ${boundsOf(query)}`
        : foundByPersonalTerm(query, query.term, query.personalTerm);
    return { ...source, ...found(query, driver, without()) };
  }
  for (const name of ['isReadyToShip', 'isOnHold', 'customerId'] as const) {
    const filter = filters[name];
    if (filter !== undefined) return { ...source, ...scanned(query, filter, without(name)) };
  }
  const hasStatuses = query.statuses !== undefined || query.paymentStatuses !== undefined;
  const hasWindow = query.placedFrom !== undefined || query.placedUpTo !== undefined;
  if (!hasStatuses || hasWindow) return { ...source, ...scanned(query, sql.fragment`true`, without()) };
  return { ...source, ...merged(query) };
}

/**
 * Orders by e-mail address: those with sealed members by a keyed hash, which their append wrote.
 * The list does not pass the position of the read table: it shows an order once it is there.
 */
const foundByPersonalTerm = (query: OrdersQuery, term: string, personalTerm: string) => sql.fragment`
  FROM (SELECT placed_position FROM order_terms
         WHERE tenant_id = ${query.tenantId} AND partition = ${query.partition} AND term = ${term}
         UNION ALL
        SELECT placed_position FROM personal_terms
         WHERE tenant_id = ${query.tenantId} AND partition = ${query.partition} AND term = decode(${personalTerm}, 'hex')
           AND placed_position <= (SELECT position FROM checkpoints
                                    WHERE partition = ${query.partition} AND consumer = ${ordersProjection.name})) AS row
 WHERE ${boundsOf(query)}`;
