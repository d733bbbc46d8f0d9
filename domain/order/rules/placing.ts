/** Places an order: numbers lines and charges, splits and checks all amounts. */
import { minorUnits } from '../../currency.ts';
import { AMOUNT_MAX, lineTotal } from '../../money.ts';
import { amountOf } from '../amounts.ts';
import { sum } from '../arithmetic.ts';
import type { Command, Tax } from '../commands.ts';
import type { EventOf, OrderPlaced, PlacedLine, RecordedEvent } from '../events.ts';
import type { Order, OrderCharge, OrderExtras, OrderLine, OrderState } from '../order.ts';
import {
  FROM_START,
  type Shares,
  disagree,
  discountOf,
  grossOf,
  netPrices,
  pricedCharges,
  pricedLines,
  splitDiscounts,
  splitTaxes,
  statedTax,
  taxTotalOf,
  tooLarge,
} from './pricing.ts';
import { type Rejected, invalid } from './reject.ts';
import { checkSummary, disagreements, tooLargeInSum } from './totals.ts';

type PlaceOrder = Command<'PlaceOrder'>['data'];
type PlainOrder = PlaceOrder & { charges?: undefined };

/** @returns the event, or the rejection of an order that does not add up */
export function place(data: PlaceOrder): { event: EventOf<'OrderPlaced'> } | Rejected {
  if (minorUnits(data.currency) === undefined) {
    return invalid('Unknown currency.', '/currency', 'must be an active currency of ISO 4217, such as EUR');
  }
  return isPlain(data) ? placePlain(data) : placePriced(data);
}

/** Whether the order has only lines with prices: nothing to split or to check. */
const isPlain = (data: PlaceOrder): data is PlainOrder =>
  hasNoParts(data) && data.lines.every((line) => (line.discount ?? line.tax ?? line.taxes) === undefined);

const hasNoParts = ({ discounts, taxes, charges, rounding, stated }: PlaceOrder): boolean =>
  (discounts ?? taxes ?? charges ?? rounding ?? stated) === undefined;

function placePlain(data: PlainOrder): { event: EventOf<'OrderPlaced'> } | Rejected {
  let total = 0;
  const lines: PlacedLine[] = [];
  for (const [index, line] of data.lines.entries()) {
    const ofLine = lineTotal(line.unit_price, line.quantity);
    if (ofLine === undefined) return tooLarge(`/lines/${index}`);
    total += ofLine;
    if (total > AMOUNT_MAX) return tooLarge('/lines');
    lines.push({ id: `line_${index + 1}`, ...line, total: ofLine });
  }
  return { event: { type: 'OrderPlaced', data: { ...data, lines, total } } };
}

function placePriced(data: PlaceOrder): { event: EventOf<'OrderPlaced'> } | Rejected {
  const isTaxIncluded = data.prices_include_tax ?? false;
  const shares = sharesOf(data);
  if ('rejection' in shares) return shares;
  const lines = pricedLines(data.lines, FROM_START, isTaxIncluded, shares);
  if ('rejection' in lines) return lines;
  const { charges: stated = [], ...rest } = data;
  const charges = pricedCharges(stated, FROM_START, isTaxIncluded);
  if ('rejection' in charges) return charges;
  const exact = sum(lines.map(amountOf)) + sum(charges.map(({ amount }) => amount));
  const total = exact + (data.rounding ?? 0);
  if (Math.max(exact, total, grossOf(lines, charges)) > AMOUNT_MAX) return tooLargeInSum(lines, charges);
  if (total < 0)
    return invalid('The total is negative.', '/rounding', `must be at least ${data.rounding! - total}`);
  const errors = disagreements(data, lines, charges, total);
  if (errors.length > 0) return disagree(errors);
  return {
    event: {
      type: 'OrderPlaced',
      data: { ...rest, lines, ...(charges.length > 0 && { charges }), total },
    },
  };
}

/** The order's discounts and taxes, split over the lines. */
function sharesOf(data: PlaceOrder): Shares | Rejected {
  const prices = netPrices(data.lines, FROM_START.linesAt);
  if ('rejection' in prices) return prices;
  const discounts = splitDiscounts(prices, data.discounts ?? []);
  if ('rejection' in discounts) return discounts;
  if (data.taxes === undefined) return { discounts: discounts.splits, taxes: [] };
  const hasStated = [...data.lines, ...(data.charges ?? [])].some((part) => statedTax(part) > 0);
  // Lines or charges that state their tax make the order's taxes its summary.
  if (!hasStated) {
    const taxes = splitTaxes(discounts.left, data.taxes, data.prices_include_tax ?? false);
    return 'rejection' in taxes ? taxes : { discounts: discounts.splits, taxes };
  }
  return checkSummary(data) ?? { discounts: discounts.splits, taxes: [] };
}

const EXTRAS = [
  'reference',
  'email',
  'phone',
  'billing_address',
  'note',
  'tags',
  'ordered_at',
  'prices_include_tax',
  'discounts',
  'taxes',
  'rounding',
  'payment_terms',
] as const satisfies readonly (keyof OrderExtras & keyof OrderPlaced)[];

/** The first state of an order. */
export function placed(event: Extract<RecordedEvent, { type: 'OrderPlaced' }>): OrderState {
  const { data, order_id, version, recorded_at, bytes } = event;
  const order: Order = {
    id: order_id,
    status: 'placed',
    customer_id: data.customer_id ?? null,
    currency: data.currency,
    lines: data.lines.map((line) => lineOf(line, data.taxes)),
    total: data.total,
    amount_paid: 0,
    amount_refunded: 0,
    shipping_address: data.shipping_address,
    metadata: data.metadata,
    version,
    placed_at: recorded_at,
    updated_at: recorded_at,
  };
  const number = event.number ?? data.number;
  if (number !== undefined) order.number = number;
  for (const name of EXTRAS) if (data[name] !== undefined) Object.assign(order, { [name]: data[name] });
  if (data.charges !== undefined) order.charges = data.charges as OrderCharge[];
  return { order, facts: { shipped: {}, returned: {} }, payments: {}, bytes };
}

/**
 * The taxes of a placed line: its own, and its shares of the order's.
 *
 * @param ofOrder the taxes of the whole order, which the shares are of
 */
export function namedTaxes({ taxes = [], tax_shares = [] }: PlacedLine, ofOrder: readonly Tax[] = []): Tax[] {
  return [...taxes, ...tax_shares.map((amount, index) => Object.assign({}, ofOrder[index]!, { amount }))];
}

const SHARED = ['discount', 'tax', 'taxes', 'discount_shares', 'tax_shares'] as const;

/**
 * A line of an event as the order shows it: shares become part of its discount and taxes.
 *
 * @param ofOrder the taxes of the whole order, which the shares are of
 */
export function lineOf(line: PlacedLine, ofOrder: readonly Tax[] = []): OrderLine {
  if (SHARED.every((name) => line[name] === undefined)) return line as OrderLine;
  const { id, sku, name, quantity, unit_price, total, amount, ships, reference, metadata } = line;
  const { discount_shares, tax_shares, tax, taxes, discount } = line;
  // Copying the rest of a pattern costs more than the rest of placing a line.
  const shown: OrderLine = { id, name, quantity, unit_price, total };
  if (sku !== undefined) shown.sku = sku;
  if (amount !== undefined) shown.amount = amount;
  if (ships !== undefined) shown.ships = ships;
  if (reference !== undefined) shown.reference = reference;
  if (metadata !== undefined) shown.metadata = metadata;
  if ((discount ?? discount_shares) !== undefined) shown.discount = discountOf(line);
  if ((tax ?? taxes ?? tax_shares) !== undefined) shown.tax = taxTotalOf(line);
  if ((taxes ?? tax_shares) !== undefined) shown.taxes = namedTaxes(line, ofOrder);
  return shown;
}
