/**
 * Lines and charges of an event as the order shows them; their amounts must be those of
 * docs/orders.md.
 */
import { isDeepStrictEqual } from 'node:util';
import { split, splitInTurn, sum } from './split.ts';

export interface Tax {
  name: string;
  rate?: number;
  amount: number;
}

interface StatedLine {
  id: string;
  sku?: string;
  name: string;
  quantity: number;
  unit_price: number;
  total: number;
  discount?: number;
  tax?: number;
  taxes?: Tax[];
  discount_shares?: number[];
  tax_shares?: number[];
  amount?: number;
  ships?: false;
  reference?: string;
  metadata?: Record<string, string>;
}

interface StatedCharge {
  id: string;
  kind: string;
  name?: string;
  price: number;
  discount?: number;
  tax?: number;
  amount: number;
}

/** Data of `OrderPlaced`, or the added lines and charges of `OrderEdited`. */
export interface Stated {
  lines: StatedLine[];
  charges?: StatedCharge[];
  discounts?: { name?: string; code?: string; amount: number }[];
  taxes?: Tax[];
}

export interface Line extends Required<Omit<StatedLine, 'sku' | 'reference' | 'ships' | Shares>> {
  sku: string | undefined;
  reference: string | undefined;
  ships: boolean;
  /** Pieces. */
  shipped: number;
  returned: number;
  cancelled: number;
  refunded: number;
  kept: number;
}
type Shares = 'discount_shares' | 'tax_shares';

export interface Charge extends Required<Omit<StatedCharge, 'name'>> {
  name: string | undefined;
  /** Amount that is no longer owed, and amount that was given back. */
  freed: number;
  refunded: number;
}

/** @throws {Error} when an amount of the event is not the computed one */
export function priced(
  stated: Stated,
  isTaxIncluded: boolean,
  before: { lines: number; charges: number },
): { lines: Line[]; charges: Charge[] } {
  const { lines, charges = [], discounts = [], taxes = [] } = stated;
  const prices = lines.map(({ quantity, unit_price, discount = 0 }) => quantity * unit_price - discount);
  const ofDiscounts = splitInTurn(amountsOf(discounts), prices);
  const isStated = [...lines, ...charges].some((part) => taxOf(part) > 0);
  const ofTaxes = isStated
    ? []
    : isTaxIncluded
      ? splitInTurn(amountsOf(taxes), ofDiscounts.left).splits
      : taxes.map(({ amount }) => split(amount, ofDiscounts.left));
  return {
    lines: lines.map((line, at) => {
      const shares = {
        discounts: ofDiscounts.splits.map((each) => each[at]!),
        taxes: ofTaxes.map((each) => each[at]!),
      };
      const total = line.quantity * line.unit_price;
      const discount = (line.discount ?? 0) + sum(shares.discounts);
      const tax = taxOf(line) + sum(shares.taxes);
      const amount = total - discount + (isTaxIncluded ? 0 : tax);
      agree('the id of a line', line.id, `line_${before.lines + at + 1}`);
      agree('the total of a line', line.total, total);
      agree('the amount of a line', line.amount ?? line.total, amount);
      agree('the discounts of a line', sum(line.discount_shares ?? []), sum(shares.discounts));
      agree('the taxes of a line', sum(line.tax_shares ?? []), sum(shares.taxes));
      const shownTaxes =
        sum(shares.taxes) === 0
          ? []
          : taxes.map((each, n) => Object.assign({}, each, { amount: shares.taxes[n]! }));
      const { discount_shares: _discounts, tax_shares: _taxes, ...rest } = line;
      const computed = { discount, tax, taxes: [...(line.taxes ?? []), ...shownTaxes], amount };
      return Object.assign({}, UNTOUCHED, rest, computed);
    }),
    charges: charges.map((charge, at) => {
      const { price, discount = 0, tax = 0 } = charge;
      const amount = price - discount + (isTaxIncluded ? 0 : tax);
      agree('the id of a charge', charge.id, `charge_${before.charges + at + 1}`);
      agree('the amount of a charge', charge.amount, amount);
      return Object.assign({}, { name: undefined, freed: 0, refunded: 0 }, charge, { discount, tax, amount });
    }),
  };
}

/** What a line has before its first event, if its order does not state it. */
const UNTOUCHED = {
  sku: undefined,
  reference: undefined,
  ships: true as boolean,
  metadata: {},
  shipped: 0,
  returned: 0,
  cancelled: 0,
  refunded: 0,
  kept: 0,
};

const amountsOf = (list: readonly { amount: number }[]) => list.map(({ amount }) => amount);

/** The tax that a line or a charge states. */
const taxOf = ({ tax, taxes = [] }: { tax?: number; taxes?: Tax[] }): number => tax ?? sum(amountsOf(taxes));

/** @throws {Error} when a value of an event is not the computed one */
export function agree(what: string, logged: unknown, computed: unknown): void {
  if (!isDeepStrictEqual(logged, computed))
    throw new Error(`${what} is ${JSON.stringify(logged)} in the event, not ${JSON.stringify(computed)}`);
}
