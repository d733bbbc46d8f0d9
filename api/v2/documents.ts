/**
 * How version 2 spells orders, totals and events. Each has one regular shape: what an order does
 * not use is `null`, empty or zero, never absent.
 */
import {
  amountOf,
  authorizedAmount,
  due,
  isOnHold,
  isReadyToShip,
  totalsOf,
} from '../../domain/order/amounts.ts';
import type { BillingAddress } from '../../domain/order/address.ts';
import type { PlacedCharge, RecordedEvent } from '../../domain/order/events.ts';
import type { Order, OrderCharge, OrderLine, OrderState } from '../../domain/order/order.ts';
import { lineOf, placed } from '../../domain/order/rules/placing.ts';
import { fulfillmentStatus, paymentStatus } from '../../domain/order/statuses.ts';
import type { CustomerTotal } from '../../projections/customers/customer-summary.ts';
import { money } from './money.ts';

export function orderDocument(state: OrderState) {
  const { order, facts } = state;
  const { currency } = order;
  const members = placedMembers(order);
  return {
    id: order.id,
    payment_status: paymentStatus(state),
    fulfillment_status: fulfillmentStatus(order),
    on_hold: isOnHold(state),
    ready_to_ship: isReadyToShip(state),
    ...members,
    // In the place of the lines without their pieces.
    lines: members.lines.map((line) =>
      Object.assign(line, {
        quantity_shipped: facts.shipped[line.id] ?? 0,
        quantity_returned: facts.returned[line.id] ?? 0,
        quantity_cancelled: facts.cancelled?.[line.id] ?? 0,
      }),
    ),
    amount_authorized: money(authorizedAmount(state), currency),
    amount_paid: money(order.amount_paid, currency),
    amount_reversed: money(facts.amount_reversed ?? 0, currency),
    amount_refunded: money(order.amount_refunded, currency),
    amount_cancelled: money(facts.amount_cancelled ?? 0, currency),
    amount_returned: money(facts.amount_returned ?? 0, currency),
    amount_adjusted: money(facts.amount_adjusted ?? 0, currency),
    amount_due: money(due(state), currency),
    version: order.version,
    placed_at: order.placed_at,
    updated_at: order.updated_at,
    ...(order.erased_at !== undefined && { erased_at: order.erased_at }),
  };
}

/** What an order is from its first event on, and what patches and edits change of it. */
function placedMembers(order: Order) {
  const { currency, lines, charges = [], discounts = [], taxes = [] } = order;
  const { discount_total, tax_total, charge_total } = totalsOf(lines, charges);
  return {
    number: order.number ?? null,
    reference: order.reference ?? null,
    customer_id: order.customer_id,
    email: order.email ?? null,
    phone: order.phone ?? null,
    lines: lines.map((line) => lineDocument(line, currency)),
    charges: charges.map((charge) => chargeDocument(charge, currency)),
    prices_include_tax: order.prices_include_tax ?? false,
    discounts: discounts.map(({ name = null, code = null, amount }) => ({
      name,
      code,
      amount: money(amount, currency),
    })),
    taxes: taxes.map((tax) => taxDocument(tax, currency)),
    rounding: money(order.rounding ?? 0, currency),
    discount_total: money(discount_total, currency),
    tax_total: money(tax_total, currency),
    charge_total: money(charge_total, currency),
    total: money(order.total, currency),
    payment_terms: order.payment_terms ?? 'prepaid',
    shipping_address: order.shipping_address,
    billing_address: billingAddressDocument(order.billing_address ?? null),
    note: order.note ?? null,
    tags: order.tags ?? [],
    metadata: order.metadata,
    ordered_at: order.ordered_at ?? order.placed_at,
  };
}

const billingAddressDocument = (address: BillingAddress | null) =>
  address && {
    name: address.name ?? null,
    company: address.company ?? null,
    line1: address.line1 ?? null,
    line2: address.line2 ?? null,
    line3: address.line3 ?? null,
    city: address.city ?? null,
    region: address.region ?? null,
    postal_code: address.postal_code ?? null,
    country: address.country ?? null,
    phone: address.phone ?? null,
  };

const taxDocument = (tax: { name: string; rate?: number | undefined; amount: number }, currency: string) => ({
  name: tax.name,
  rate: tax.rate ?? null,
  amount: money(tax.amount, currency),
});

const lineDocument = (line: OrderLine, currency: string) => ({
  id: line.id,
  sku: line.sku ?? null,
  name: line.name,
  quantity: line.quantity,
  unit_price: money(line.unit_price, currency),
  total: money(line.total, currency),
  discount: money(line.discount ?? 0, currency),
  tax: money(line.tax ?? 0, currency),
  taxes: (line.taxes ?? []).map((tax) => taxDocument(tax, currency)),
  amount: money(amountOf(line), currency),
  ships: line.ships ?? true,
  reference: line.reference ?? null,
  metadata: line.metadata ?? {},
});

const chargeDocument = (charge: OrderCharge | PlacedCharge, currency: string) => ({
  id: charge.id,
  kind: charge.kind,
  name: charge.name ?? null,
  price: money(charge.price, currency),
  discount: money(charge.discount ?? 0, currency),
  tax: money(charge.tax ?? 0, currency),
  amount: money(charge.amount, currency),
});

export function totalDocument({ currency, ordered, paid, refunded, ...rest }: CustomerTotal) {
  return {
    currency,
    ...rest,
    ordered: money(ordered, currency),
    paid: money(paid, currency),
    refunded: money(refunded, currency),
  };
}

const piecesDocument = (
  pieces: readonly { line_id: string; quantity: number; amount: number }[],
  currency: string,
) => pieces.map(({ line_id, quantity, amount }) => ({ line_id, quantity, amount: money(amount, currency) }));

/** With `occurred_at` when the command stated a time; records show it under a name of their own. */
export function eventData(event: RecordedEvent): object {
  const { occurred_at, ...data } = dataOf(event) as { occurred_at?: string };
  return occurred_at === undefined ? data : { ...data, occurred_at };
}

function dataOf(event: RecordedEvent): object {
  switch (event.type) {
    case 'OrderPlaced':
      return placedMembers(placed(event).order);
    case 'OrderUpdated': {
      const { billing_address, ...data } = event.data;
      if (billing_address === undefined) return data;
      return { ...data, billing_address: billingAddressDocument(billing_address) };
    }
    case 'AuthorizationRecorded': {
      const { amount, currency, provider = null, ...data } = event.data;
      return { ...data, provider, amount: money(amount, currency) };
    }
    case 'AuthorizationVoided': {
      const { amount, currency, ...data } = event.data;
      return { ...data, amount: money(amount, currency) };
    }
    case 'PaymentRecorded': {
      const {
        amount,
        currency,
        provider = null,
        authorization_id = null,
        accept_excess: _excess,
        ...data
      } = event.data;
      return { ...data, provider, authorization_id, amount: money(amount, currency) };
    }
    case 'PaymentReversed': {
      const { amount, currency, provider = null, is_rest: _rest, ...data } = event.data;
      return { ...data, provider, amount: money(amount, currency) };
    }
    case 'RefundRecorded': {
      const {
        currency,
        counts: _counts,
        lines = [],
        charges = [],
        payments = [],
        provider = null,
        ...data
      } = event.data;
      const { amount, adjustment, payment_id: _payment, ...rest } = data;
      return {
        ...rest,
        provider,
        amount: money(amount, currency),
        lines: piecesDocument(lines, currency),
        charges: charges.map((each) => ({ charge_id: each.charge_id, amount: money(each.amount, currency) })),
        adjustment: adjustment === undefined ? null : money(adjustment, currency),
        payments: payments.map((each) => ({
          payment_id: each.payment_id,
          amount: money(each.amount, currency),
        })),
      };
    }
    case 'ItemsReturned': {
      const { amount: _amount, ...data } = event.data;
      return data;
    }
    case 'OrderCancelled': {
      const { lines = [], amount: _amount, ...data } = event.data;
      return { ...data, lines };
    }
    case 'OrderEdited': {
      const { currency, cancel = [], add = [], charges = [], added: _added, ...data } = event.data;
      return {
        ...data,
        cancel: piecesDocument(cancel, currency),
        add: add.map((line) => lineDocument(lineOf(line), currency)),
        charges: charges.map((charge) => chargeDocument(charge, currency)),
      };
    }
    case 'ItemsShipped':
    case 'OrderCompleted':
    case 'HoldPlaced':
    case 'HoldReleased':
    case 'CustomerErased':
      return event.data;
  }
}
