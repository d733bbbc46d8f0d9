/** The documents of a folded order, as each API shows it. */
import { type Folded, authorized, due, hasShipped, isCovered, gone, net, toShip } from './folded.ts';
import type { Line } from './priced.ts';
import { sum } from './split.ts';

export type Spelling = 'v1' | 'v2' | 'grpc';

export const documentOf = (order: Folded, spelling: Spelling): object =>
  spelling === 'v1'
    ? firstDocument(order)
    : spelling === 'v2'
      ? wholeDocument(order)
      : { ...wholeDocument(order), status: statusOf(order) };

function firstDocument(order: Folded): object {
  const { placed, end, total, cancelled } = order;
  return {
    id: order.id,
    status: statusOf(order),
    customer_id: placed.customer_id ?? 'guest',
    currency: placed.currency,
    lines: order.lines.map(({ id, sku = '-', name, quantity, unit_price, total: ofLine }) => ({
      id,
      sku,
      name,
      quantity,
      unit_price,
      total: ofLine,
    })),
    total: end === 'cancelled' ? total : total - cancelled,
    amount_paid: order.paid,
    amount_refunded: order.refunded,
    shipping_address: withoutLaterMembers(placed.shipping_address),
    metadata: placed.metadata,
    version: order.version,
    placed_at: order.placed_at,
    updated_at: order.updated_at,
  };
}

/** Members of an address that v1 does not have. */
const LATER_MEMBERS = new Set(['company', 'line3', 'phone']);

const withoutLaterMembers = (address: unknown) =>
  address &&
  Object.fromEntries(Object.entries(address as object).filter(([name]) => !LATER_MEMBERS.has(name)));

const BILLING_MEMBERS = 'name company line1 line2 line3 city region postal_code country phone'.split(' ');

/** A billing address with all of its members. */
export const billingAddressOf = (address: unknown) =>
  address === null || address === undefined
    ? null
    : { ...Object.fromEntries(BILLING_MEMBERS.map((name) => [name, null])), ...(address as object) };

function wholeDocument(order: Folded): object {
  const { placed, lines, charges } = order;
  const { currency } = placed;
  const money = (amount: number) => ({ amount, currency });
  const taxDocument = ({ name, rate, amount }: Line['taxes'][number]) => ({
    name,
    rate: rate ?? null,
    amount: money(amount),
  });
  const totalOf = (member: 'discount' | 'tax') =>
    money(sum([...lines, ...charges].map((part) => part[member])));
  return {
    id: order.id,
    payment_status: paymentStatusOf(order),
    fulfillment_status: fulfillmentStatusOf(order),
    on_hold: order.holds.size > 0,
    ready_to_ship:
      order.end === undefined &&
      order.holds.size === 0 &&
      toShip(order) > 0 &&
      (placed.payment_terms === 'open' || isCovered(order)),
    number: order.number ?? null,
    reference: placed.reference ?? null,
    customer_id: placed.customer_id ?? null,
    email: placed.email ?? null,
    phone: placed.phone ?? null,
    lines: lines.map((line) => ({
      id: line.id,
      sku: line.sku ?? null,
      name: line.name,
      quantity: line.quantity,
      unit_price: money(line.unit_price),
      total: money(line.total),
      discount: money(line.discount),
      tax: money(line.tax),
      taxes: line.taxes.map(taxDocument),
      amount: money(line.amount),
      ships: line.ships,
      reference: line.reference ?? null,
      metadata: line.metadata,
      quantity_shipped: line.shipped,
      quantity_returned: line.returned,
      quantity_cancelled: line.cancelled,
    })),
    charges: charges.map(({ id, kind, name, price, discount, tax, amount }) => ({
      id,
      kind,
      name: name ?? null,
      price: money(price),
      discount: money(discount),
      tax: money(tax),
      amount: money(amount),
    })),
    prices_include_tax: placed.prices_include_tax ?? false,
    discounts: (placed.discounts ?? []).map(({ name, code, amount }) => ({
      name: name ?? null,
      code: code ?? null,
      amount: money(amount),
    })),
    taxes: (placed.taxes ?? []).map(taxDocument),
    rounding: money(placed.rounding ?? 0),
    discount_total: totalOf('discount'),
    tax_total: totalOf('tax'),
    charge_total: money(sum(charges.map(({ amount }) => amount))),
    total: money(order.total),
    payment_terms: placed.payment_terms ?? 'prepaid',
    shipping_address: placed.shipping_address,
    billing_address: billingAddressOf(placed.billing_address),
    note: placed.note ?? null,
    tags: placed.tags ?? [],
    metadata: placed.metadata,
    ordered_at: placed.ordered_at ?? order.placed_at,
    amount_authorized: money(authorized(order)),
    amount_paid: money(order.paid),
    amount_reversed: money(order.reversed),
    amount_refunded: money(order.refunded),
    amount_cancelled: money(order.cancelled),
    amount_returned: money(order.returned),
    amount_adjusted: money(order.adjusted),
    amount_due: money(due(order)),
    version: order.version,
    placed_at: order.placed_at,
    updated_at: order.updated_at,
  };
}

function fulfillmentStatusOf(order: Folded): string {
  if (order.end) return order.end;
  if (!hasShipped(order)) return 'unfulfilled';
  return toShip(order) === 0 ? 'shipped' : 'partially_shipped';
}

function statusOf(order: Folded): string {
  const status = fulfillmentStatusOf(order);
  if (status !== 'unfulfilled') return status;
  return order.wasPaid ? 'paid' : 'placed';
}

function paymentStatusOf(order: Folded): string {
  const held = net(order);
  if (due(order) > 0) {
    if (isCovered(order)) return 'authorized';
    if (held > 0) return 'partially_paid';
    return order.refunded > 0 ? 'refunded' : 'unpaid';
  }
  if (order.settled + order.adjusted > 0) return held === 0 ? 'refunded' : 'partially_refunded';
  if (held > 0 || order.total === 0) return 'paid';
  return order.lines.every((line) => gone(line) === line.quantity) ? 'unpaid' : 'paid';
}
