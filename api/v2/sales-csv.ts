/** Daily sales as CSV: one row for each day and currency. */
import { CHARGE_KINDS } from '../../domain/order/commands.ts';
import { decimalText } from '../../domain/currency.ts';
import type { DaySales, NamedAmount } from '../../projections/sales/day-sales.ts';
import { type Cell, amountCell, csvLine } from '../lists/csv.ts';

type Column = [string, (sales: DaySales) => Cell];

const amount = (name: string, of: (sales: DaySales) => number): Column => [
  name,
  (sales) => amountCell({ amount: of(sales), currency: sales.currency }),
];

/** Names with their amounts in one cell: `VAT 12.30; City 1.00`. */
const named = (name: string, of: (sales: DaySales) => readonly NamedAmount[]): Column => [
  name,
  (sales) =>
    of(sales)
      .map((each) => `${each.name ?? 'none'} ${decimalText(each.amount, sales.currency)}`)
      .join('; '),
];

const COLUMNS: readonly Column[] = [
  ['day', ({ day }) => day],
  ['currency', ({ currency }) => currency],
  ['orders_placed', (sales) => sales.orders_placed],
  ['orders_cancelled', (sales) => sales.orders_cancelled],
  amount('gross', ({ gross }) => gross),
  amount('discount_total', ({ discount }) => discount),
  amount('tax_total', ({ tax }) => tax),
  named('taxes', ({ taxes }) => taxes),
  amount('charge_total', ({ charge }) => charge),
  ...CHARGE_KINDS.map((kind) =>
    amount(`charge_${kind}`, ({ charges }) => charges.find(({ name }) => name === kind)?.amount ?? 0),
  ),
  amount('rounding', ({ rounding }) => rounding),
  amount('ordered', ({ ordered }) => ordered),
  amount('cancelled', ({ cancelled }) => cancelled),
  amount('paid', ({ paid }) => paid),
  named('payments', ({ payments }) => payments),
  amount('reversed', ({ reversed }) => reversed),
  named('reversals', ({ reversals }) => reversals),
  amount('refunded', ({ refunded }) => refunded),
  named('refunds', ({ refunds }) => refunds),
];

const HEADER = csvLine(COLUMNS.map(([name]) => name));

export const salesCsv = (sales: readonly DaySales[]): string =>
  HEADER + sales.map((day) => csvLine(COLUMNS.map(([, cellOf]) => cellOf(day)))).join('');
