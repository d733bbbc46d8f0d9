/**
 * Orders of Shopify's REST Admin API (`orders.json`) as history:
 *
 *     node examples/shopify.ts orders.json > history.ndjson
 *
 * A list, `{"orders": […]}`, or one order a line. An order may have its `transactions`
 * (`/orders/{id}/transactions.json`) as a member; else one payment stands for them. The order's id
 * becomes the reference, its name (`#1001`) the number.
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
import type {
  Address,
  Item,
  Refund,
  ShippingLine,
  ShopifyOrder,
  Tax,
  Text,
  Transaction,
} from './shopify-order.ts';
import type { GonePieces, SourceEvent } from './source-events.ts';

type Read = ReturnType<typeof createReader>;

/** @throws {Error} an amount is not a decimal of its currency, or the order has no lines */
export function convertOrder(document: ShopifyOrder): HistoryLine {
  // Lines that were removed before the order was placed have no pieces.
  const given = { ...document, line_items: document.line_items.filter(({ quantity }) => quantity > 0) };
  requireLines(given.line_items);
  const read = createReader(given.currency);
  const order = orderOf(given, read);
  return historyOf(order, eventsOf(given, order, read));
}

function orderOf(given: ShopifyOrder, read: Read): PlaceOrder {
  const { currency, taxes_included = false } = given;
  const money = (amount: number) => ({ amount, currency });
  const taxesOf = (taxes: readonly Tax[]) =>
    taxes.map(({ title, rate, price }) =>
      withoutGaps({ name: textOf(title, 100) ?? 'Tax', rate: rate ?? undefined, amount: money(read(price)) }),
    );
  /** What the lines do not state: older documents have some parts of the whole order only. */
  const hasLineTaxes = given.line_items.some(({ tax_lines }) => tax_lines !== undefined);
  const lines = given.line_items.map((item): LineInput => {
    const discount = discountOf(item, read);
    return withoutGaps({
      sku: textOf(item.sku, 64),
      name: textOf(item.name, 200) ?? textOf(item.title, 200) ?? 'Item',
      quantity: item.quantity,
      unit_price: money(read(item.price)),
      discount: discount > 0 ? money(discount) : undefined,
      taxes: taxesOf(item.tax_lines ?? []),
      reference: String(item.id),
      ships: item.requires_shipping === false ? false : undefined,
      metadata: metadataOf(
        (item.properties ?? []).map(({ name, value }) => [name, value]),
        10,
      ),
    });
  });
  const charges = chargesOf(given, read, money);
  const discounts =
    read(given.total_discounts) -
    sum([...given.line_items, ...(given.shipping_lines ?? [])].map((each) => discountOf(each, read)));
  const codes = textOf((given.discount_codes ?? []).map(({ code }) => code).join(', '), 100);
  const order = withoutGaps({
    customer_id: given.customer ? String(given.customer.id) : undefined,
    reference: String(given.id),
    number: textOf(given.name, 64),
    ordered_at: new Date(given.processed_at ?? given.created_at).toISOString(),
    email: emailOf(given.email),
    phone: textOf(given.phone, 40),
    note: given.note?.trim().slice(0, 2_000) || undefined,
    tags: tagsOf(given.tags),
    billing_address: billingAddressOf(addressIn(given.billing_address)),
    shipping_address: addressOf(addressIn(given.shipping_address)),
    metadata: metadataOf(
      [
        ...(codes === undefined ? [] : [['discount_codes', codes] as [string, unknown]]),
        ...(given.note_attributes ?? []).map(({ name, value }): [string, unknown] => [name, value]),
      ],
      20,
    ),
    prices_include_tax: taxes_included || undefined,
    lines,
    charges,
    discounts:
      discounts > 0
        ? [{ ...(codes ? { code: codes } : { name: 'Discount' }), amount: money(discounts) }]
        : [],
    taxes: hasLineTaxes ? [] : taxesOf(given.tax_lines ?? []),
  });
  return withTotal(order, money(read(given.total_price)));
}

/** All discounts of a line: of its own, and its shares of those of the order. */
function discountOf({ discount_allocations, ...line }: Partial<Item & ShippingLine>, read: Read): number {
  if (discount_allocations !== undefined) return sum(discount_allocations.map(({ amount }) => read(amount)));
  if (typeof line.discounted_price === 'string') return read(line.price) - read(line.discounted_price);
  return read(line.total_discount);
}

function chargesOf(
  { shipping_lines = [], total_tip_received }: ShopifyOrder,
  read: Read,
  money: (amount: number) => ChargeInput['price'],
): ChargeInput[] {
  const shipping = shipping_lines.map((line): ChargeInput => {
    const [discount, tax] = [
      discountOf(line, read),
      sum((line.tax_lines ?? []).map(({ price }) => read(price))),
    ];
    return withoutGaps({
      kind: 'shipping' as const,
      name: textOf(line.title, 100),
      price: money(read(line.price)),
      discount: discount > 0 ? money(discount) : undefined,
      tax: tax > 0 ? money(tax) : undefined,
    });
  });
  const tip = read(total_tip_received);
  return tip > 0 ? [...shipping, { kind: 'tip', price: money(tip) }] : shipping;
}

function eventsOf(given: ShopifyOrder, order: PlaceOrder, read: Read): SourceEvent[] {
  const lineIds = new Map(given.line_items.map(({ id }, index) => [id, `line_${index + 1}`]));
  const pieces = (items: readonly { id: number; quantity: number }[]) =>
    items.flatMap(({ id, quantity }) => {
      const line_id = lineIds.get(id);
      return line_id === undefined || quantity === 0 ? [] : [{ line_id, quantity }];
    });
  const orderedAt = order.ordered_at!;
  const events: SourceEvent[] = given.transactions
    ? transactionsOf(given.transactions, orderedAt, read)
    : paymentsOf(given, orderedAt, read);
  for (const { status, created_at, line_items, tracking_company, tracking_number } of given.fulfillments ??
    []) {
    if ((status ?? 'success') !== 'success') continue;
    events.push({
      kind: 'shipment',
      at: timeOf(created_at, orderedAt),
      pieces: pieces(line_items),
      carrier: textOf(tracking_company, 100),
      tracking_number: textOf(tracking_number, 100),
    });
  }
  for (const refund of given.refunds ?? []) events.push(refundOf(refund, pieces, read));
  if (given.cancelled_at)
    events.push({
      kind: 'cancellation',
      at: timeOf(given.cancelled_at, orderedAt),
      reason: textOf(given.cancel_reason, 500),
    });
  else if (given.closed_at) events.push({ kind: 'completion', at: timeOf(given.closed_at, orderedAt) });
  return events;
}

/** Without transactions: what the state of the payments says. */
function paymentsOf(given: ShopifyOrder, orderedAt: string, read: Read): SourceEvent[] {
  const total = read(given.total_price);
  const gateway = given.payment_gateway_names?.[0] ?? given.gateway;
  const names = { at: orderedAt, method: textOf(gateway, 40), provider: nameOf(gateway) };
  const authorization: SourceEvent = { kind: 'authorization', amount: total, ...names };
  if (total === 0) return [];
  switch (given.financial_status) {
    case 'authorized':
      return [authorization];
    case 'voided':
      return [authorization, { kind: 'void', authorization: 1, at: timeOf(given.cancelled_at, orderedAt) }];
    case 'partially_paid': {
      const amount = total - read(given.total_outstanding);
      return amount > 0 ? [{ kind: 'payment', amount, ...names }] : [];
    }
    case 'paid':
    case 'partially_refunded':
    case 'refunded':
      return [{ kind: 'payment', amount: total, ...names }];
    default:
      return [];
  }
}

function transactionsOf(transactions: readonly Transaction[], orderedAt: string, read: Read): SourceEvent[] {
  const successful = transactions
    .filter(({ status }) => status === 'success')
    .toSorted((a, b) => Date.parse(movedAt(a, orderedAt)) - Date.parse(movedAt(b, orderedAt)));
  const authorizations = successful.filter(({ kind }) => kind === 'authorization');
  const ordinalOf = (id: number | null | undefined): number | undefined => {
    const index = authorizations.findIndex((each) => each.id === id);
    return index === -1 ? undefined : index + 1;
  };
  return successful.flatMap((each): SourceEvent[] => {
    const moved = movedBy(each, orderedAt, read);
    const authorization = ordinalOf(each.parent_id);
    switch (each.kind) {
      case 'authorization':
        return [{ kind: 'authorization', ...moved }];
      case 'sale':
      case 'capture':
        return [{ kind: 'payment', authorization, ...moved }];
      case 'void':
        return authorization === undefined ? [] : [{ kind: 'void', authorization, at: moved.at }];
      // The refunds of the order have them.
      default:
        return [];
    }
  });
}

const movedAt = ({ processed_at, created_at }: Transaction, otherwise: string): string =>
  timeOf(processed_at ?? created_at, otherwise);

function movedBy(transaction: Transaction, otherwise: string, read: Read) {
  const { id, amount, gateway } = transaction;
  return {
    amount: read(amount),
    at: movedAt(transaction, otherwise),
    method: textOf(gateway, 40),
    provider: nameOf(gateway),
    reference: String(id),
  };
}

function refundOf(
  { created_at, note, refund_line_items = [], order_adjustments = [], transactions = [] }: Refund,
  piecesOf: (items: { id: number; quantity: number }[]) => { line_id: string; quantity: number }[],
  read: Read,
): SourceEvent {
  const paid = transactions.filter(({ kind, status }) => kind === 'refund' && status === 'success');
  const [first] = paid;
  const pieces = refund_line_items.flatMap(({ line_item_id, quantity, restock_type }) =>
    piecesOf([{ id: line_item_id, quantity }]).map(({ line_id }): GonePieces => {
      const goods =
        restock_type === 'return' ? 'returned' : restock_type === 'cancel' ? 'cancelled' : 'unknown';
      return { line_id, quantity, goods };
    }),
  );
  const at = timeOf(created_at, created_at);
  const shipping = order_adjustments.filter(({ kind }) => kind === 'shipping_refund');
  return {
    kind: 'refund',
    ...(first && movedBy(first, at, read)),
    at,
    amount: sum(paid.map(({ amount }) => read(amount))),
    reason: textOf(note, 500),
    pieces: merged(pieces),
    charges: -sum(shipping.map(({ amount, tax_amount }) => read(amount) + read(tax_amount))),
  };
}

/** Each line once: a return may name a line several times. */
function merged(pieces: readonly GonePieces[]): GonePieces[] {
  const byLine = new Map<string, GonePieces>();
  for (const each of pieces) {
    const before = byLine.get(each.line_id);
    byLine.set(each.line_id, { ...each, quantity: each.quantity + (before?.quantity ?? 0) });
  }
  return [...byLine.values()];
}

const addressIn = (given: Address | null | undefined) => ({
  name: given?.name,
  company: given?.company,
  line1: given?.address1,
  line2: given?.address2,
  city: given?.city,
  region: given?.province_code ?? given?.province,
  postal_code: given?.zip,
  phone: given?.phone,
  country: given?.country_code,
});

const tagsOf = (tags: Text): string[] =>
  [...new Set((tags ?? '').split(',').flatMap((tag) => textOf(tag, 40) ?? []))].slice(0, 20);

const emailOf = (email: Text): string | undefined =>
  /^[^\s@]+@[^\s@]+$/.test(email ?? '') ? email! : undefined;

const timeOf = (time: Text, otherwise: string): string => new Date(time ?? otherwise).toISOString();

const sum = (amounts: readonly number[]): number => amounts.reduce((total, amount) => total + amount, 0);

run(import.meta.url, jsonDocuments<ShopifyOrder>, convertOrder);
