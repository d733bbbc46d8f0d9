/** The summary of a customer: orders, payments and refunds, by currency. */
import { type CommonQueryMethods, sql } from 'slonik';
import { z } from 'zod';
import type { Tenancy } from '../../store/tenancy.ts';
import { reachable } from '../../store/unavailable.ts';
import { customerTotalsProjection } from './customer-totals.ts';

/** Totals of one currency. Amounts are whole minor units. */
export interface CustomerTotal {
  currency: string;
  orders_placed: number;
  orders_cancelled: number;
  ordered: number;
  paid: number;
  refunded: number;
  /** RFC 3339, UTC. */
  first_order_at: string;
  /** When an order was last placed, cancelled, paid or refunded; RFC 3339, UTC. */
  last_activity_at: string;
}

export interface CustomerSummary {
  /** By currency; empty when the tenant has no order of this customer. */
  totals: CustomerTotal[];
  /** The totals count each event up to this position. */
  applied: number;
  /** Position of the newest event of the log. */
  head: number;
  /** Events of the log that the totals do not count yet. */
  lag: number;
}

const summaryRow = z.object({ totals: z.string(), applied: z.int(), head: z.int(), lag: z.int() });

/** Reads the totals and their position in the log in one snapshot. */
export async function readCustomerSummary(
  pool: CommonQueryMethods,
  { partition, tenantId, customerId }: Tenancy & { customerId: string },
): Promise<CustomerSummary> {
  const instant = (name: string) => sql.fragment`
    to_char(${sql.identifier([name])} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
  const { totals, ...rest } = await reachable(
    pool.one(sql.type(summaryRow)`
      SELECT checkpoint.position AS applied, head.position AS head,
             CASE WHEN head.position >> 32 = checkpoint.position >> 32
                  THEN head.position - checkpoint.position
                  ELSE log_lag(head.partition, checkpoint.position, head.position) END AS lag,
             (SELECT coalesce(json_agg(json_build_object(
                       'currency', currency, 'orders_placed', orders_placed, 'orders_cancelled', orders_cancelled,
                       'ordered', ordered, 'paid', paid, 'refunded', refunded,
                       'first_order_at', ${instant('first_order_at')}, 'last_activity_at', ${instant('last_activity_at')}
                     ) ORDER BY currency), '[]')
                FROM customer_totals
               WHERE tenant_id = ${tenantId} AND customer_id = ${customerId} AND customer_totals.partition = ${partition}) AS totals
        FROM log_heads AS head
        JOIN checkpoints AS checkpoint
          ON checkpoint.partition = head.partition AND checkpoint.consumer = ${customerTotalsProjection.name}
       WHERE head.partition = ${partition}`),
  );
  return { ...rest, totals: JSON.parse(totals) as CustomerTotal[] };
}
