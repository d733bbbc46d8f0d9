/**
 * Prices lines and charges: adds what the caller states, splits what belongs to the whole order,
 * and checks that all of it agrees. Holdfast computes no tax and no promotion.
 *
 *     line.amount = quantity × unit_price − discount + (prices_include_tax ? 0 : tax)
 */
import { AMOUNT_MAX, lineTotal } from '../../money.ts';
import type { FieldError } from '../../rejection.ts';
import { allocate, sum } from '../arithmetic.ts';
import type { PricedCharge, PricedLine } from '../commands.ts';
import type { PlacedCharge, PlacedLine } from '../events.ts';
import { type Rejected, invalid, reject } from './reject.ts';

/** Splits of the order's discounts and taxes: by discount or tax, then by line. */
export interface Shares {
  discounts: number[][];
  taxes: number[][];
}

export const NO_SHARES: Shares = { discounts: [], taxes: [] };

/** Where the lines and charges are in the body, and how far the order is numbered already. */
export interface Numbering {
  linesAt: string;
  linesBefore: number;
  chargesBefore: number;
}

export const FROM_START: Numbering = { linesAt: '/lines', linesBefore: 0, chargesBefore: 0 };

/** The price of lines and charges before any discount or tax. Bounds each sum of an order. */
export const grossOf = (
  lines: readonly { total: number }[],
  charges: readonly { price: number }[] = [],
): number => sum(lines.map(({ total }) => total)) + sum(charges.map(({ price }) => price));

/** The price of each line before the order's discounts: `quantity × unit_price − discount`. */
export function netPrices(lines: readonly PricedLine[], linesAt: string): number[] | Rejected {
  const prices: number[] = [];
  for (const [index, { quantity, unit_price, discount = 0 }] of lines.entries()) {
    const total = lineTotal(unit_price, quantity);
    if (total === undefined) return tooLarge(`${linesAt}/${index}`);
    if (discount > total) return exceedsLine(`${linesAt}/${index}/discount`, total, 'the price of the line');
    prices.push(total - discount);
  }
  return prices;
}

/** The lines as the event has them: numbered, with totals, taxes and amounts. */
export function pricedLines(
  lines: readonly PricedLine[],
  { linesAt, linesBefore }: Numbering,
  isTaxIncluded: boolean,
  shares: Shares = NO_SHARES,
): PlacedLine[] | Rejected {
  const priced: PlacedLine[] = [];
  for (const [index, line] of lines.entries()) {
    const total = lineTotal(line.unit_price, line.quantity)!;
    const ofDiscounts = shares.discounts.map((split) => split[index]!);
    const ofTaxes = shares.taxes.map((split) => split[index]!);
    const tax = taxOf(line, `${linesAt}/${index}`);
    if (typeof tax !== 'number') return tax;
    const discount = (line.discount ?? 0) + sum(ofDiscounts);
    const allTax = tax + sum(ofTaxes);
    const before = total - discount;
    if (isTaxIncluded && allTax > before) {
      return invalid(
        'The tax exceeds the price that includes it.',
        `${linesAt}/${index}/tax`,
        `must be at most ${before}, since prices_include_tax`,
      );
    }
    const amount = before + (isTaxIncluded ? 0 : allTax);
    if (amount > AMOUNT_MAX) return tooLarge(`${linesAt}/${index}`);
    const placed: PlacedLine = { id: `line_${linesBefore + index + 1}`, ...line, total };
    if (sum(ofDiscounts) > 0) placed.discount_shares = ofDiscounts;
    if (sum(ofTaxes) > 0) placed.tax_shares = ofTaxes;
    if (amount !== total) placed.amount = amount;
    priced.push(placed);
  }
  return priced;
}

/** The charges as the event has them: numbered, with amounts. */
export function pricedCharges(
  charges: readonly PricedCharge[],
  { chargesBefore }: Numbering,
  isTaxIncluded: boolean,
): PlacedCharge[] | Rejected {
  const priced: PlacedCharge[] = [];
  for (const [index, charge] of charges.entries()) {
    const { price, discount = 0, tax = 0 } = charge;
    if (discount > price) return exceedsLine(`/charges/${index}/discount`, price, 'the price of the charge');
    if (isTaxIncluded && tax > price - discount) {
      return invalid(
        'The tax exceeds the price that includes it.',
        `/charges/${index}/tax`,
        `must be at most ${price - discount}, since prices_include_tax`,
      );
    }
    const amount = price - discount + (isTaxIncluded ? 0 : tax);
    if (amount > AMOUNT_MAX) return tooLarge(`/charges/${index}`);
    priced.push({ id: `charge_${chargesBefore + index + 1}`, ...charge, amount });
  }
  return priced;
}

/**
 * Splits amounts over the lines one after another, each in proportion to what those before it left
 * of the prices.
 *
 * @param refusal of an amount that exceeds the rest of all prices
 */
function splitInTurn(
  prices: readonly number[],
  amounts: readonly { amount: number }[],
  refusal: (index: number, most: number) => Rejected,
): { splits: number[][]; left: number[] } | Rejected {
  let left = [...prices];
  const splits: number[][] = [];
  for (const [index, { amount }] of amounts.entries()) {
    const most = sum(left);
    if (amount > most) return refusal(index, most);
    const split = allocate(amount, left);
    left = left.map((price, line) => price - split[line]!);
    splits.push(split);
  }
  return { splits, left };
}

/** Splits each discount of the order over the lines. */
export const splitDiscounts = (prices: readonly number[], discounts: readonly { amount: number }[]) =>
  splitInTurn(prices, discounts, (index, most) =>
    exceedsLine(
      `/discounts/${index}/amount`,
      most,
      'what is left of the price of all lines; a discount of a charge goes into charges[].discount',
    ),
  );

/**
 * Splits each tax of the order over the lines, in proportion to their prices; a tax that the prices
 * include in proportion to what the taxes before it left of them.
 *
 * @param prices of the lines after all discounts
 */
export function splitTaxes(
  prices: readonly number[],
  taxes: readonly { amount: number }[],
  isTaxIncluded: boolean,
): number[][] | Rejected {
  if (!isTaxIncluded) return taxes.map(({ amount }) => allocate(amount, prices));
  const split = splitInTurn(prices, taxes, (index, most) =>
    invalid(
      'The taxes exceed the prices that include them.',
      `/taxes/${index}/amount`,
      `must be at most ${most}, what is left of the prices of the lines, since prices_include_tax; ` +
        'the tax of a charge goes into charges[].tax',
    ),
  );
  return 'rejection' in split ? split : split.splits;
}

/** The tax that a line states: its `tax`, or the sum of its `taxes`, which must agree. */
function taxOf({ tax, taxes }: PricedLine, pointer: string): number | Rejected {
  if (taxes === undefined) return tax ?? 0;
  const total = sum(taxes.map(({ amount }) => amount));
  if (tax === undefined || tax === total) return total;
  const detail = `must be ${total}, the sum of the taxes of the line: leave out tax or taxes`;
  return disagree([{ pointer: `${pointer}/tax`, detail }]);
}

/** The discount of a placed line: its own, and its shares of the order's. */
export const discountOf = ({ discount = 0, discount_shares = [] }: PlacedLine): number =>
  discount + sum(discount_shares);

/** The tax of a placed line: its own, and its shares of the order's. */
export const taxTotalOf = (line: PlacedLine): number => statedTax(line) + sum(line.tax_shares ?? []);

/** The discount and the tax of a placed line. */
export const partsOf = (line: PlacedLine) => ({ discount: discountOf(line), tax: taxTotalOf(line) });

/** What a line states as its tax, without a check. */
export const statedTax = ({ tax, taxes }: Pick<PricedLine, 'tax' | 'taxes'>): number =>
  tax ?? sum((taxes ?? []).map(({ amount }) => amount));

export const disagree = (errors: FieldError[]): Rejected =>
  reject('totals_disagree', 'Stated amounts differ from their computed sums, see errors.', errors);

export const tooLarge = (pointer: string): Rejected =>
  invalid(
    'The total exceeds the largest amount.',
    pointer,
    `must have a total of at most ${AMOUNT_MAX} minor units`,
  );

const exceedsLine = (pointer: string, most: number, what: string): Rejected =>
  reject('discount_exceeds_line', 'A discount exceeds the price that it reduces.', [
    { pointer, detail: `must be at most ${most}, ${what}` },
  ]);
