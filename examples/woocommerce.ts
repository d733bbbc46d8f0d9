/**
 * Orders of WooCommerce's REST API (`/wp-json/wc/v3/orders`) as history:
 *
 *     node examples/woocommerce.ts orders.json > history.ndjson
 *
 * A list, or one order a line. A refund in an order has its total only; replace it with the
 * document of `/orders/{id}/refunds` to have its lines and its date. WooCommerce knows no
 * shipments: a completed order counts as shipped on the day of its completion.
 */
import {
  type ChargeInput,
  type HistoryLine,
  type LineInput,
  type PlaceOrder,
  addressOf,
  billingAddressOf,
  metadataOf,
  nameOf,
  requireLines,
  textOf,
  withTotal,
  withoutGaps,
} from './history.ts';
import { historyOf } from './life.ts';
import { createReader } from './money.ts';
import { jsonDocuments, run } from './run.ts';
import type { Address, Amounts, Item, Refund, Text, WooCommerceOrder } from './woocommerce-order.ts';
import type { SourceEvent } from './source-events.ts';

type Read = ReturnType<typeof createReader>;

/** States of an order whose money has come. */
const PAID = new Set(['processing', 'completed', 'refunded']);
const CANCELLED = new Set(['cancelled', 'failed', 'trash']);
/** Ways of payment whose money comes with the goods. */
const ON_DELIVERY = 'cod';

/** @throws {Error} an amount is not a decimal of its currency, or the order has no lines */
export function convertOrder(given: WooCommerceOrder): HistoryLine {
  requireLines(given.line_items);
  const read = createReader(given.currency);
  const order = orderOf(given, read);
  return historyOf(order, eventsOf(given, order, read));
}

function orderOf(given: WooCommerceOrder, read: Read): PlaceOrder {
  const { currency, prices_include_tax = false, shipping_lines = [], fee_lines = [] } = given;
  const money = (amount: number) => ({ amount, currency });
  const hasGoods = shipping_lines.length > 0 || addressOf(addressIn(given.shipping)) !== undefined;
  const fees = fee_lines.map((fee) => ({ fee, amount: read(fee.total) + read(fee.total_tax) }));
  const codes = (given.coupon_lines ?? []).map(({ code }) => code).join(', ');
  const order = withoutGaps({
    customer_id: given.customer_id ? String(given.customer_id) : undefined,
    reference: String(given.id),
    number: textOf(given.number, 64),
    ordered_at: timeOf(given.date_created_gmt),
    email: emailOf(given.billing?.email),
    phone: textOf(given.billing?.phone, 40),
    note: given.customer_note?.trim().slice(0, 2_000) || undefined,
    billing_address: billingAddressOf(addressIn(given.billing)),
    shipping_address: addressOf(addressIn(given.shipping)),
    metadata: metadataOf(codes === '' ? [] : [['coupons', codes]], 20),
    prices_include_tax: prices_include_tax || undefined,
    lines: given.line_items.map((item) => lineOf(item, prices_include_tax, hasGoods, read, money)),
    charges: [
      ...shipping_lines.map((line) =>
        chargeOf('shipping', line.method_title, line, prices_include_tax, read, money),
      ),
      ...fee_lines
        .filter(({ total }) => read(total) >= 0)
        .map((fee) => chargeOf('fee', fee.name, fee, prices_include_tax, read, money)),
    ],
    // A fee below zero is a discount of the whole order, with the tax that it takes off.
    discounts: fees
      .filter(({ amount }) => amount < 0)
      .map(({ fee, amount }) => ({ name: plain(fee.name, 100) ?? 'Discount', amount: money(-amount) })),
  });
  return withTotal(withTaxes(order, given, read), money(read(given.total)));
}

/**
 * WooCommerce states line amounts without tax. Prices that include the tax get it back, so that a
 * price of 9.99 is 9.99 again.
 */
function lineOf(
  { id, name, sku, ...item }: Item,
  isTaxIncluded: boolean,
  hasGoods: boolean,
  read: Read,
  money: (amount: number) => ChargeInput['price'],
): LineInput {
  // Plugins sell parts of a piece: such a line is one piece here.
  const quantity = isWhole(item.quantity) ? item.quantity : 1;
  const tax = read(item.total_tax);
  const before = read(item.subtotal) + (isTaxIncluded ? read(item.subtotal_tax) : 0);
  const after = read(item.total) + (isTaxIncluded ? tax : 0);
  // A price that pieces do not divide is rounded up, and the discount takes the difference off.
  const unit = Math.ceil(before / quantity);
  const discount = unit * quantity - after;
  return withoutGaps({
    sku: textOf(sku, 64),
    name: plain(name, 200) ?? 'Item',
    quantity,
    unit_price: money(unit),
    discount: discount > 0 ? money(discount) : undefined,
    tax: tax > 0 ? money(tax) : undefined,
    reference: String(id),
    ships: hasGoods ? undefined : false,
  });
}

function chargeOf(
  kind: ChargeInput['kind'],
  name: string,
  { total, total_tax }: Amounts,
  isTaxIncluded: boolean,
  read: Read,
  money: (amount: number) => ChargeInput['price'],
): ChargeInput {
  const tax = read(total_tax);
  return withoutGaps({
    kind,
    name: plain(name, 100),
    price: money(read(total) + (isTaxIncluded ? tax : 0)),
    tax: tax > 0 ? money(tax) : undefined,
  });
}

/** The order with the names of its taxes, if they sum to the taxes of its lines and charges. */
function withTaxes(
  order: PlaceOrder,
  { tax_lines = [], currency }: WooCommerceOrder,
  read: Read,
): PlaceOrder {
  const taxes = tax_lines.map(({ label, rate_percent, tax_total, shipping_tax_total }) =>
    withoutGaps({
      name: plain(label, 100) ?? 'Tax',
      rate: rate_percent,
      amount: { amount: read(tax_total) + read(shipping_tax_total), currency },
    }),
  );
  const stated = sum([...order.lines, ...(order.charges ?? [])].map(({ tax }) => tax?.amount ?? 0));
  const isSummary = stated > 0 && sum(taxes.map(({ amount }) => amount.amount)) === stated;
  return isSummary ? { ...order, taxes } : order;
}

function eventsOf(given: WooCommerceOrder, order: PlaceOrder, read: Read): SourceEvent[] {
  const { status, payment_method, transaction_id } = given;
  const orderedAt = order.ordered_at!;
  const at = (time: Text, otherwise = orderedAt) => (time ? timeOf(time) : otherwise);
  const completedAt = at(given.date_completed_gmt, at(given.date_modified_gmt));
  const total = read(given.total);
  const events: SourceEvent[] = [];
  const isOnDelivery = payment_method === ON_DELIVERY && status === 'processing';
  if (total > 0 && (given.date_paid_gmt || (PAID.has(status) && !isOnDelivery))) {
    const reference = textOf(transaction_id, 200);
    events.push({
      kind: 'payment',
      amount: total,
      at: at(given.date_paid_gmt, orderedAt),
      method: textOf(payment_method, 40),
      provider: reference === undefined ? undefined : nameOf(payment_method),
      reference,
    });
  }
  if (status === 'completed' || (status === 'refunded' && given.date_completed_gmt)) {
    const pieces = order.lines.map(({ quantity }, index) => ({ line_id: `line_${index + 1}`, quantity }));
    events.push({ kind: 'shipment', at: completedAt, pieces }, { kind: 'completion', at: completedAt });
  }
  if (CANCELLED.has(status)) events.push({ kind: 'cancellation', at: at(given.date_modified_gmt) });
  const refunds = (given.refunds ?? []).toSorted((a, b) => a.id - b.id);
  for (const refund of refunds) events.push(refundOf(refund, given, read, at(given.date_modified_gmt)));
  return events;
}

function refundOf(refund: Refund, given: WooCommerceOrder, read: Read, otherwise: string): SourceEvent {
  const {
    date_created_gmt,
    amount,
    total,
    reason,
    line_items = [],
    shipping_lines = [],
    fee_lines = [],
  } = refund;
  const charges = [...shipping_lines, ...fee_lines];
  return {
    kind: 'refund',
    at: date_created_gmt ? timeOf(date_created_gmt) : otherwise,
    amount: Math.abs(read(amount ?? total)),
    reason: plain(reason, 500),
    pieces: line_items.flatMap(({ quantity, meta_data = [] }) => {
      const itemId = meta_data.find(({ key }) => key === '_refunded_item_id')?.value;
      const index = given.line_items.findIndex(({ id }) => id === Number(itemId));
      const count = Math.abs(quantity);
      return index === -1 || !isWhole(count) || !isWhole(given.line_items[index]!.quantity)
        ? []
        : [{ line_id: `line_${index + 1}`, quantity: count, goods: 'unknown' as const }];
    }),
    charges: Math.abs(sum(charges.map((line) => read(line.total) + read(line.total_tax)))),
  };
}

const addressIn = (given: Address | undefined) => ({
  name: `${given?.first_name ?? ''} ${given?.last_name ?? ''}`,
  company: given?.company,
  line1: given?.address_1,
  line2: given?.address_2,
  city: given?.city,
  region: given?.state,
  postal_code: given?.postcode,
  phone: given?.phone,
  country: given?.country,
});

const ENTITIES: Record<string, string> = {
  amp: '&',
  quot: '"',
  apos: "'",
  lt: '<',
  gt: '>',
  ndash: '–',
  mdash: '—',
  times: '×',
  nbsp: ' ',
};

/** A text without HTML: names of products contain tags and entities. */
function plain(html: Text, lengthMax: number): string | undefined {
  const text = (html ?? '')
    .replaceAll(/<[^<>]*>/g, '')
    .replaceAll(/&(?:#(\d{1,6})|([a-z]+));/g, (whole, code: string | undefined, name: string | undefined) =>
      code === undefined ? (ENTITIES[name ?? ''] ?? whole) : String.fromCodePoint(Number(code)),
    );
  return textOf(text, lengthMax);
}

const isWhole = (quantity: number): boolean => Number.isInteger(quantity) && quantity > 0;

const emailOf = (email: Text): string | undefined =>
  /^[^\s@]+@[^\s@]+$/.test(email ?? '') ? email! : undefined;

/** WooCommerce writes times of UTC without an offset. */
const timeOf = (gmt: string): string => new Date(gmt.endsWith('Z') ? gmt : `${gmt}Z`).toISOString();

const sum = (amounts: readonly number[]): number => amounts.reduce((total, amount) => total + amount, 0);

run(import.meta.url, jsonDocuments<WooCommerceOrder>, convertOrder);
