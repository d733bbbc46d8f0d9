/** Pages of the list of daily sales. */
import { type CommonQueryMethods, type FragmentSqlToken, sql } from 'slonik';
import { dailySalesProjection } from './daily-sales.ts';
import { type Page, type PageQuery, behind, orderOf, readPage } from './page.ts';

export interface DailySalesQuery extends PageQuery {
  currency?: string | undefined;
  /** The first day, `YYYY-MM-DD`. */
  since?: string | undefined;
  /** The last day, `YYYY-MM-DD`. */
  until?: string | undefined;
}

/** Items are one day and currency each. Amounts are whole minor units. */
export function readDailySalesPage(pool: CommonQueryMethods, query: DailySalesQuery): Promise<Page> {
  const { partition, tenantId, currency, since, until, direction, from } = query;
  const where: FragmentSqlToken[] = [sql.fragment`tenant_id = ${tenantId} AND partition = ${partition}`];
  if (currency !== undefined) where.push(sql.fragment`currency = ${currency}`);
  if (since !== undefined) where.push(sql.fragment`day >= ${since}::date`);
  if (until !== undefined) where.push(sql.fragment`day <= ${until}::date`);
  if (from !== undefined) where.push(behind(sql.fragment`position`, direction, sql.fragment`${from}`));
  return readPage(pool, query, {
    projection: dailySalesProjection,
    rows: (limit) => sql.fragment`
      SELECT json_build_object(
               'day', day, 'currency', currency, 'orders_placed', orders_placed, 'orders_cancelled', orders_cancelled,
               'ordered', ordered, 'paid', paid, 'refunded', refunded)::text AS document,
             position AS at, position AS sort
        FROM daily_sales
       WHERE ${sql.and(where)}
       ORDER BY position ${orderOf(direction)}
       LIMIT ${limit}`,
  });
}
