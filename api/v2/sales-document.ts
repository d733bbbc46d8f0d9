/** How version 2 spells the sales of a day. */
import type { DaySales, NamedAmount } from '../../projections/sales/day-sales.ts';
import { money } from './money.ts';

export function salesDocument(sales: DaySales) {
  const { day, currency, orders_placed, orders_cancelled } = sales;
  const named = <Name extends string>(name: Name, amounts: readonly NamedAmount[]) =>
    amounts.map((each) => ({ [name]: each.name, amount: money(each.amount, currency) }));
  return {
    day,
    currency,
    orders_placed,
    orders_cancelled,
    gross: money(sales.gross, currency),
    discount_total: money(sales.discount, currency),
    tax_total: money(sales.tax, currency),
    taxes: named('name', sales.taxes),
    charge_total: money(sales.charge, currency),
    charges: named('kind', sales.charges),
    rounding: money(sales.rounding, currency),
    ordered: money(sales.ordered, currency),
    cancelled: money(sales.cancelled, currency),
    paid: money(sales.paid, currency),
    payments: named('provider', sales.payments),
    reversed: money(sales.reversed, currency),
    reversals: named('provider', sales.reversals),
    refunded: money(sales.refunded, currency),
    refunds: named('provider', sales.refunds),
  };
}
