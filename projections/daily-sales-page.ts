/** Pages of the list of daily sales. */
import { type DatabasePool, type FragmentSqlToken, sql } from 'slonik';
import { dailySalesProjection } from './daily-sales.ts';
import { type Page, type PageQuery, readPage } from './page.ts';

export interface DailySalesQuery extends PageQuery {
  currency?: string | undefined;
  /** The first day, `YYYY-MM-DD`. */
  since?: string | undefined;
  /** The last day, `YYYY-MM-DD`. */
  until?: string | undefined;
}

/** An item of the list: one day and currency. Amounts are whole minor units. */
export interface DailySales {
  day: string;
  currency: string;
  orders_placed: number;
  orders_cancelled: number;
  ordered: number;
  paid: number;
  refunded: number;
}

export function readDailySalesPage(pool: DatabasePool, query: DailySalesQuery): Promise<Page> {
  const { currency, since, until } = query;
  const where: FragmentSqlToken[] = [];
  if (currency !== undefined) where.push(sql.fragment`currency = ${currency}`);
  if (since !== undefined) where.push(sql.fragment`day >= ${since}::date`);
  if (until !== undefined) where.push(sql.fragment`day <= ${until}::date`);
  return readPage(pool, query, {
    projection: dailySalesProjection,
    position: 'position',
    document: sql.fragment`json_build_object(
      'day', day, 'currency', currency, 'orders_placed', orders_placed, 'orders_cancelled', orders_cancelled,
      'ordered', ordered, 'paid', paid, 'refunded', refunded)::text`,
    where,
  });
}
