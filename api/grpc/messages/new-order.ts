/** Converts a NewOrder message into the body of PlaceOrder, and back for clients. */
import type { z } from 'zod';
import type { COMMAND_SCHEMAS, Command, PricedCharge, PricedLine } from '../../../domain/order/commands.ts';
import { Problem } from '../../problem/problem.ts';
import type { Timestamp } from '../generated/google/protobuf/timestamp.ts';
import {
  ChargeKind,
  type NewCharge,
  type NewLine,
  type NewOrder,
  PaymentTerms,
} from '../generated/orders.ts';
import { TIME_EXPECTED, isTime, textOfTime, timestampIfAny } from './timestamp.ts';

type Body = z.input<(typeof COMMAND_SCHEMAS)['PlaceOrder']>;
type BodyLine = Body['lines'][number];

const CHARGE_KINDS: Record<PricedCharge['kind'], ChargeKind> = {
  shipping: ChargeKind.SHIPPING,
  handling: ChargeKind.HANDLING,
  fee: ChargeKind.FEE,
  tip: ChargeKind.TIP,
  gift_wrap: ChargeKind.GIFT_WRAP,
};
const KINDS = new Map(Object.entries(CHARGE_KINDS).map(([kind, value]) => [value, kind]));

export const chargeKindMessage = (kind: PricedCharge['kind']): ChargeKind => CHARGE_KINDS[kind];

export const paymentTermsMessage = (terms: 'open' | undefined): PaymentTerms =>
  terms === 'open' ? PaymentTerms.OPEN : PaymentTerms.PREPAID;

/** Texts of an order that a message may lack. */
const TEXTS = ['reference', 'series', 'number', 'email', 'phone', 'note'] as const;

/**
 * A NewOrder message as the body of PlaceOrder. What a message lacks is absent from the body, so
 * that the same order has the same fingerprint in each edge.
 *
 * @throws {Problem} for a metadata entry or a time that no body can have
 */
export function bodyOf(order: NewOrder | undefined): unknown {
  if (order === undefined) return undefined;
  const body: Body = {
    currency: order.currency,
    lines: order.lines.map(lineOf),
    shipping_address: order.shipping_address,
    metadata: metadataOf(order.metadata),
  };
  if (order.customer_id !== '') body.customer_id = order.customer_id;
  for (const name of TEXTS) if (order[name] !== undefined) body[name] = order[name];
  if (order.billing_address !== undefined) body.billing_address = order.billing_address;
  if (order.tags.length > 0) body.tags = order.tags;
  if (order.ordered_at !== undefined) body.ordered_at = orderedAtOf(order.ordered_at);
  if (order.prices_include_tax) body.prices_include_tax = true;
  if (order.discounts.length > 0) body.discounts = order.discounts;
  if (order.taxes.length > 0) body.taxes = order.taxes;
  if (order.charges.length > 0) body.charges = order.charges.map(chargeOf);
  if (order.rounding !== 0) body.rounding = order.rounding;
  if (order.payment_terms === PaymentTerms.OPEN) body.payment_terms = 'open';
  if (order.stated !== undefined) body.stated = statedOf(order.stated);
  return body;
}

function lineOf(line: NewLine): BodyLine {
  const { sku, name, quantity, unit_price } = line;
  const body: BodyLine = sku === '' ? { name, quantity, unit_price } : { sku, name, quantity, unit_price };
  if (line.discount !== 0) body.discount = line.discount;
  if (line.tax !== 0) body.tax = line.tax;
  if (line.taxes.length > 0) body.taxes = line.taxes;
  if (line.reference !== undefined) body.reference = line.reference;
  if (line.metadata.size > 0) body.metadata = metadataOf(line.metadata);
  if (line.ships === false) body.ships = false;
  return body;
}

/** Without a kind, the charge is refused with the other faults of the body. */
const chargeOf = ({ kind, name, price, discount, tax }: NewCharge): PricedCharge => ({
  kind: KINDS.get(kind) as PricedCharge['kind'],
  name,
  price,
  ...(discount !== 0 && { discount }),
  ...(tax !== 0 && { tax }),
});

/** Without absent members: a body without totals equals one that states none. */
const statedOf = (stated: NonNullable<NewOrder['stated']>): NonNullable<Body['stated']> =>
  Object.fromEntries(Object.entries(stated).filter(([, total]) => total !== undefined));

function metadataOf(entries: Map<string, string>): Record<string, string> {
  // The JSON parser refuses the name as well.
  if (entries.has('__proto__'))
    throw new Problem('malformed_request', 'Metadata must not have an entry named __proto__.');
  return Object.fromEntries(entries);
}

function orderedAtOf(time: Timestamp): string {
  if (isTime(time)) return textOfTime(time);
  throw new Problem('invalid_body', 'Invalid body, see errors.', {
    errors: [{ pointer: '/ordered_at', detail: TIME_EXPECTED }],
  });
}

/** The inverse of {@link bodyOf}, for clients. */
export const newOrderMessage = (order: Command<'PlaceOrder'>['data']): NewOrder => ({
  customer_id: order.customer_id ?? '',
  currency: order.currency,
  lines: order.lines.map(lineMessage),
  shipping_address: order.shipping_address ?? undefined,
  metadata: new Map(Object.entries(order.metadata)),
  reference: order.reference,
  series: order.series,
  number: order.number,
  email: order.email,
  phone: order.phone,
  billing_address: order.billing_address,
  note: order.note,
  tags: order.tags ?? [],
  ordered_at: timestampIfAny(order.ordered_at),
  prices_include_tax: order.prices_include_tax ?? false,
  discounts: order.discounts ?? [],
  taxes: order.taxes ?? [],
  charges: (order.charges ?? []).map(chargeMessage),
  rounding: order.rounding ?? 0,
  payment_terms: order.payment_terms === undefined ? PaymentTerms.UNSPECIFIED : PaymentTerms.OPEN,
  stated: order.stated,
});

const NO_METADATA: Map<string, string> = new Map();

const lineMessage = (line: PricedLine): NewLine => ({
  sku: line.sku ?? '',
  name: line.name,
  quantity: line.quantity,
  unit_price: line.unit_price,
  discount: line.discount ?? 0,
  tax: line.tax ?? 0,
  taxes: line.taxes ?? [],
  reference: line.reference,
  metadata: line.metadata === undefined ? NO_METADATA : new Map(Object.entries(line.metadata)),
  ships: line.ships,
});

const chargeMessage = ({ kind, name, price, discount = 0, tax = 0 }: PricedCharge): NewCharge => ({
  kind: CHARGE_KINDS[kind],
  name,
  price,
  discount,
  tax,
});
