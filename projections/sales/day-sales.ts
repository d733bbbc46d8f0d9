/** Pages of the list of sales by the days of a time zone. */
import { type CommonQueryMethods, sql } from 'slonik';
import { z } from 'zod';
import { reachable } from '../../store/unavailable.ts';
import { type PageQuery, orderOf } from '../page.ts';
import type { Measure } from './measures.ts';
import { type ItemPlace, NO_CURRENCY, cursorOf, itemOf } from './sales-cursor.ts';
import { salesProjection } from './sales.ts';
import { type ZoneDays, dayOf, dayText } from './zone-days.ts';

export interface NamedAmount {
  /** `null`: without a provider. */
  name: string | null;
  amount: number;
}

/** The sales of one day and currency. Amounts are whole minor units. */
export interface DaySales {
  /** `YYYY-MM-DD` */
  day: string;
  currency: string;
  orders_placed: number;
  orders_cancelled: number;
  gross: number;
  discount: number;
  tax: number;
  taxes: NamedAmount[];
  charge: number;
  charges: NamedAmount[];
  rounding: number;
  ordered: number;
  cancelled: number;
  paid: number;
  payments: NamedAmount[];
  reversed: number;
  reversals: NamedAmount[];
  refunded: number;
  refunds: NamedAmount[];
}

export interface SalesQuery extends PageQuery {
  days: ZoneDays;
  currency?: string | undefined;
  /** The first day, `YYYY-MM-DD`. */
  since?: string | undefined;
  /** The last day, `YYYY-MM-DD`. */
  until?: string | undefined;
}

export interface SalesPage {
  sales: DaySales[];
  /** Continues after the last item; `null` on the last page. */
  next: number | null;
  /** The page counts each event up to this position. */
  applied: number;
  /** Position of the newest event of the log. */
  head: number;
}

/** The sum of one measure over the n-th day of a page, from 1. */
interface Sum {
  n: number;
  currency: string;
  measure: Measure;
  name: string;
  amount: number;
  events: number;
}

const firstRow = z.object({
  /** The first quarter of the list, in milliseconds since 1970; `null` without sales. */
  first: z.int().nullable(),
  applied: z.int(),
  head: z.int(),
});
const pageRow = firstRow.extend({ sums: z.string(), is_more: z.boolean() });

/** Reads one page. It reads the rows of at most `limit` days, from the first day with sales on. */
export async function readSalesPage(pool: CommonQueryMethods, query: SalesQuery): Promise<SalesPage> {
  const { from } = query;
  const cursor = from === undefined ? undefined : itemOf(from);
  const range = rangeOf(query, cursor?.day);
  const { first, ...progress } = await reachable(pool.one(firstStatement(query, range)));
  if (first === null) return { sales: [], next: null, ...progress };
  return readFrom(pool, query, { cursor, range, first });
}

interface Start {
  cursor: ItemPlace | undefined;
  range: DayRange;
  /** The first quarter with sales, in milliseconds since 1970. */
  first: number;
}

/** Two statements see two moments: when the first day has moved, the page is read again. */
async function readFrom(
  pool: CommonQueryMethods,
  query: SalesQuery,
  { cursor, range, first }: Start,
): Promise<SalesPage> {
  const { direction, limit, days } = query;
  const isUp = direction === 'asc';
  const firstDay = days.dayAt(first);
  const low = isUp ? firstDay : Math.max(firstDay - limit + 1, range.low);
  const high = isUp ? Math.min(firstDay + limit - 1, range.high) : firstDay;
  const starts: number[] = [];
  for (let day = low; day <= high + 1; day += 1) starts.push(days.startOf(day));
  const page = await reachable(pool.one(pageStatement(query, range, starts)));
  const { sums, is_more, applied, head } = page;
  if (page.first === null) return { sales: [], next: null, applied, head };
  if (days.dayAt(page.first) !== firstDay) return readFrom(pool, query, { cursor, range, first: page.first });
  const items = itemsOf(JSON.parse(sums) as Sum[], low)
    .filter((item) => cursor === undefined || isAfter(item, cursor, isUp))
    .sort((a, b) => (isAfter(a, b, isUp) ? 1 : -1));
  const shown = items.slice(0, limit);
  const end = shown.at(-1) ?? { day: isUp ? high + 1 : low - 1, currency: NO_CURRENCY };
  const isEnd = items.length <= limit && !is_more;
  // The cursor stood behind the last currency of its day: the next day with sales follows.
  if (shown.length === 0 && !isEnd) return readSalesPage(pool, { ...query, from: cursorOf(end) });
  return { sales: shown.map(({ sales }) => sales), next: isEnd ? null : cursorOf(end), applied, head };
}

/** Whether an item comes after another one: days in the direction of the list, then currencies. */
const isAfter = (item: ItemPlace, other: ItemPlace, isUp: boolean): boolean =>
  item.day === other.day
    ? item.currency > other.currency
    : isUp
      ? item.day > other.day
      : item.day < other.day;

interface DayRange {
  low: number;
  high: number;
}

/** The days that the list can have from its cursor on; infinite where nothing bounds them. */
function rangeOf({ since, until, direction }: SalesQuery, cursorDay: number | undefined): DayRange {
  const low = since === undefined ? Number.NEGATIVE_INFINITY : dayOf(since);
  const high = until === undefined ? Number.POSITIVE_INFINITY : dayOf(until);
  if (cursorDay === undefined) return { low, high };
  return direction === 'asc'
    ? { low: Math.max(low, cursorDay), high }
    : { low, high: Math.min(high, cursorDay) };
}

/** The conditions of the rows of a range of days. */
function rowsIn({ partition, tenantId, currency, days }: SalesQuery, { low, high }: DayRange) {
  const conditions = [sql.fragment`tenant_id = ${tenantId} AND partition = ${partition}`];
  if (currency !== undefined) conditions.push(sql.fragment`currency = ${currency}`);
  if (Number.isFinite(low)) conditions.push(sql.fragment`quarter >= ${instant(days.startOf(low))}`);
  if (Number.isFinite(high)) conditions.push(sql.fragment`quarter < ${instant(days.startOf(high + 1))}`);
  return sql.and(conditions);
}

const instant = (ms: number) => sql.fragment`to_timestamp(${ms / 1_000})`;

const firstOf = (query: SalesQuery, range: DayRange) => sql.fragment`
  (SELECT (extract(epoch FROM quarter) * 1000)::bigint
     FROM sales
    WHERE ${rowsIn(query, range)}
    ORDER BY quarter ${orderOf(query.direction)}
    LIMIT 1) AS first`;

const PROGRESS = sql.fragment`
  checkpoint.position AS applied, head.position AS head
      FROM log_heads AS head
      JOIN checkpoints AS checkpoint
        ON checkpoint.partition = head.partition AND checkpoint.consumer = ${salesProjection.name}`;

const firstStatement = (query: SalesQuery, range: DayRange) => sql.type(firstRow)`
  SELECT ${firstOf(query, range)}, ${PROGRESS}
   WHERE head.partition = ${query.partition}`;

/** @param starts of the days of the page, and of the day after them: milliseconds since 1970 */
function pageStatement(query: SalesQuery, range: DayRange, starts: readonly number[]) {
  const { partition, direction } = query;
  const [low, high] = [instant(starts[0]!), instant(starts.at(-1)!)];
  const beyond = direction === 'asc' ? sql.fragment`quarter >= ${high}` : sql.fragment`quarter < ${low}`;
  const rows = rowsIn(query, range);
  return sql.type(pageRow)`
    SELECT coalesce((
             SELECT json_agg(json_build_object('n', n, 'currency', currency, 'measure', measure, 'name', name,
                                               'amount', amount, 'events', events))
               FROM (
                      SELECT width_bucket((extract(epoch FROM quarter) * 1000)::bigint, ${sql.array([...starts], 'int8')}) AS n,
                             currency, measure, name, sum(events) AS events,
                             greatest(-9007199254740991, least(sum(amount), 9007199254740991)) AS amount
                        FROM sales
                       WHERE ${rows} AND quarter >= ${low} AND quarter < ${high}
                       GROUP BY 1, 2, 3, 4
                       ORDER BY 1, 2, 3, 4
                    ) AS sums), '[]') AS sums,
           EXISTS (SELECT FROM sales WHERE ${rows} AND ${beyond}) AS is_more,
           ${firstOf(query, range)}, ${PROGRESS}
     WHERE head.partition = ${partition}`;
}

interface Item {
  day: number;
  currency: string;
  sales: DaySales;
}

/** @param first the first day of the page: `n` of a sum counts from it, from 1 */
function itemsOf(sums: readonly Sum[], first: number): Item[] {
  const items = new Map<string, Item>();
  for (const sum of sums) {
    const day = first + sum.n - 1;
    const key = `${day} ${sum.currency}`;
    const item = items.get(key) ?? {
      day,
      currency: sum.currency,
      sales: noSales(dayText(day), sum.currency),
    };
    items.set(key, item);
    ADD[sum.measure](item.sales, sum);
  }
  return [...items.values()];
}

const noSales = (day: string, currency: string): DaySales => ({
  day,
  currency,
  orders_placed: 0,
  orders_cancelled: 0,
  gross: 0,
  discount: 0,
  tax: 0,
  taxes: [],
  charge: 0,
  charges: [],
  rounding: 0,
  ordered: 0,
  cancelled: 0,
  paid: 0,
  payments: [],
  reversed: 0,
  reversals: [],
  refunded: 0,
  refunds: [],
});

type Add = (sales: DaySales, sum: Sum) => void;

/** Adds to a sum, and to its part of the name. */
const adder =
  (
    total: 'charge' | 'paid' | 'reversed' | 'refunded',
    parts: 'charges' | 'payments' | 'reversals' | 'refunds',
  ): Add =>
  (sales, { name, amount }) => {
    sales[total] = capped(sales[total] + amount);
    sales[parts].push({ name: name === '' ? null : name, amount });
  };

const capped = (amount: number): number => Math.min(amount, Number.MAX_SAFE_INTEGER);

const ADD: Record<Measure, Add> = {
  order(sales, { amount, events }) {
    sales.orders_placed += events;
    sales.ordered = capped(sales.ordered + amount);
  },
  edit: (sales, { amount }) => (sales.ordered = capped(sales.ordered + amount)),
  gross: (sales, { amount }) => (sales.gross = amount),
  discount: (sales, { amount }) => (sales.discount = amount),
  tax(sales, { name, amount }) {
    if (name === '') sales.tax = amount;
    else sales.taxes.push({ name, amount });
  },
  charge: adder('charge', 'charges'),
  rounding: (sales, { amount }) => (sales.rounding = amount),
  cancellation(sales, { amount, events }) {
    sales.orders_cancelled += events;
    sales.cancelled = capped(sales.cancelled + amount);
  },
  cancelled: (sales, { amount }) => (sales.cancelled = capped(sales.cancelled + amount)),
  payment: adder('paid', 'payments'),
  reversal: adder('reversed', 'reversals'),
  refund: adder('refunded', 'refunds'),
};
