/**
 * What an order costs, from the formulas of docs/orders.md alone: nothing of domain/order computes
 * here. Amounts are BigInts.
 */
import type { Command } from '../../../domain/order/commands.ts';

type PlaceOrder = Command<'PlaceOrder'>['data'];
type Stated = Pick<PlaceOrder['lines'][number], 'tax' | 'taxes'>;

/** A line or a charge. */
export interface Priced {
  gross: bigint;
  discount: bigint;
  tax: bigint;
  amount: bigint;
}

export interface PricedOrder {
  lines: Priced[];
  charges: Priced[];
  total: bigint;
}

const AMOUNT_MAX = 999_999_999_999n;

export const total = (amounts: readonly bigint[]): bigint => amounts.reduce((sum, each) => sum + each, 0n);

/** Largest remainder, ties to the lower line. */
function split(amount: bigint, prices: readonly bigint[]): bigint[] {
  const weights = total(prices) === 0n ? prices.map(() => 1n) : prices;
  const whole = total(weights);
  const parts = weights.map((weight, line) => ({
    line,
    part: (amount * weight) / whole,
    rest: (amount * weight) % whole,
  }));
  let units = amount - total(parts.map(({ part }) => part));
  for (const each of parts.toSorted((a, b) => Number(b.rest - a.rest) || a.line - b.line)) {
    if (units === 0n) break;
    each.part += 1n;
    units -= 1n;
  }
  return parts.map(({ part }) => part);
}

const stated = ({ tax, taxes = [] }: Stated): bigint =>
  BigInt(tax ?? 0) || total(taxes.map(({ amount }) => BigInt(amount)));

/** The order, or the code of its refusal. */
export function priced(data: PlaceOrder): PricedOrder | string {
  const isIncluded = data.prices_include_tax === true;
  const lines: Priced[] = data.lines.map((line) => {
    const gross = BigInt(line.unit_price) * BigInt(line.quantity);
    return { gross, discount: BigInt(line.discount ?? 0), tax: stated(line), amount: 0n };
  });
  if (lines.some(({ gross }) => gross > AMOUNT_MAX)) return 'invalid_body';
  if (lines.some(({ gross, discount }) => discount > gross)) return 'discount_exceeds_line';
  for (const { amount } of data.discounts ?? []) {
    const prices = lines.map(({ gross, discount }) => gross - discount);
    if (BigInt(amount) > total(prices)) return 'discount_exceeds_line';
    for (const [index, part] of split(BigInt(amount), prices).entries()) lines[index]!.discount += part;
  }
  const charges: Priced[] = (data.charges ?? []).map((charge) => ({
    gross: BigInt(charge.price),
    discount: BigInt(charge.discount ?? 0),
    tax: BigInt(charge.tax ?? 0),
    amount: 0n,
  }));
  const refused = addTaxes(data, lines, charges);
  if (refused) return refused;
  if (charges.some(({ gross, discount }) => discount > gross)) return 'discount_exceeds_line';
  for (const part of [...lines, ...charges]) {
    const price = part.gross - part.discount;
    if (isIncluded && part.tax > price) return 'invalid_body';
    part.amount = price + (isIncluded ? 0n : part.tax);
  }
  const all = [...lines, ...charges];
  const exact = total(all.map(({ amount }) => amount));
  const whole = exact + BigInt(data.rounding ?? 0);
  const gross = total(all.map((part) => part.gross));
  if (whole < 0n || [exact, whole, gross].some((amount) => amount > AMOUNT_MAX)) return 'invalid_body';
  const differs = data.stated?.total !== undefined && BigInt(data.stated.total) !== whole;
  return differs ? 'totals_disagree' : { lines, charges, total: whole };
}

/** Splits the taxes of the order over lines that state none. */
function addTaxes(data: PlaceOrder, lines: Priced[], charges: Priced[]): string | undefined {
  const differs = ({ tax, taxes }: Stated) => tax && taxes && stated({ taxes }) !== BigInt(tax);
  if (data.taxes === undefined) return data.lines.some(differs) ? 'totals_disagree' : undefined;
  const ofParts = total([...lines, ...charges].map(({ tax }) => tax));
  const ofOrder = total(data.taxes.map(({ amount }) => BigInt(amount)));
  if (ofParts !== 0n) {
    return ofParts !== ofOrder || data.lines.some(differs) ? 'totals_disagree' : undefined;
  }
  const prices = lines.map(({ gross, discount }) => gross - discount);
  for (const { amount } of data.taxes) {
    const left = data.prices_include_tax ? prices.map((price, index) => price - lines[index]!.tax) : prices;
    if (data.prices_include_tax && BigInt(amount) > total(left)) return 'invalid_body';
    for (const [index, part] of split(BigInt(amount), left).entries()) lines[index]!.tax += part;
  }
  return undefined;
}
