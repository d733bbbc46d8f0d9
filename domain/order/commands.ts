/**
 * The commands on an order. Each schema gives a command its canonical form, so that two spellings
 * of one command are equal: `null`, `{}` and a stated default (`0`, `[]`, `false`) count as absent.
 */
import { z } from 'zod';
import { AMOUNT_MAX } from '../money.ts';
import { EMAIL_EXPECTED, SERIES_EXPECTED, foreignId, multilineText, text } from '../text.ts';
import {
  address,
  addressPatch,
  billingAddress,
  billingAddressPatch,
  metadataName,
  metadataOf,
  metadataValue,
  recordedAddress,
} from './address.ts';
import { sparse } from './sparse.ts';

const QUANTITY_MAX = 1_000_000;
/** Lines of an order, also of those that edits add. */
export const LINES_MAX = 100;
/** Charges of an order, also of those that edits add. */
export const CHARGES_MAX = 50;
const ADJUSTMENTS_MAX = 20;
const ROUNDING_MAX = 1_000_000;
const TAX_RATE_MAX = 1_000;

export const CHARGE_KINDS = ['shipping', 'handling', 'fee', 'tip', 'gift_wrap'] as const;

const price = z.int().min(0).max(AMOUNT_MAX);
const amount = z.int().min(1).max(AMOUNT_MAX);
const optionalText = (maxLength: number) => text(maxLength).nullable().default(null);
const optionalLines = (maxLength: number) => multilineText(maxLength).nullable().default(null);
const currency = z.string().regex(/^[A-Z]{3}$/, 'must be three capital letters of ISO 4217, such as EUR');
const lineId = z.string().regex(/^line_[1-9]\d{0,2}$/, 'must be a line id, such as line_1');
const chargeId = z.string().regex(/^charge_[1-9]\d{0,2}$/, 'must be a charge id, such as charge_1');
const recordId = (prefix: string, noun: string) =>
  z.string().regex(new RegExp(`^${prefix}_[0-9a-f]{32}$`), `must be the id of ${noun}, such as ${prefix}_…`);

/** A time in the past: occurred-at.ts compares it with the clock. Canonical: UTC, milliseconds. */
const occurredAt = z.iso
  .datetime({ offset: true, error: 'must be a time such as 2026-11-25T10:00:00Z' })
  .transform((time) => new Date(time).toISOString())
  .optional();

/** Names a transaction at a payment provider. With a reference it exists once in the tenant. */
const provider = foreignId(40).optional();

const tax = z.strictObject({
  name: text(100),
  /** A label for people and reports, in the shop's own scale: Holdfast computes no tax. */
  rate: z.number().min(0).max(TAX_RATE_MAX).optional(),
  amount: price,
});
/** One of name and code is enough: see {@link isNamed}. */
const discount = z.strictObject({ name: text(100).optional(), code: text(100).optional(), amount: price });
const isNamed = ({ name, code }: z.output<typeof discount>): boolean => (name ?? code) !== undefined;
const namedDiscount = discount.refine(isNamed, { path: ['name'], error: 'is required without a code' });

const pricedLine = z.strictObject({
  sku: text(64).nullable().optional(),
  name: text(200),
  quantity: z.int().min(1).max(QUANTITY_MAX),
  unit_price: price,
  discount: price.optional(),
  tax: price.optional(),
  taxes: z.array(tax).max(ADJUSTMENTS_MAX).optional(),
  reference: text(64).optional(),
  metadata: metadataOf(10).optional(),
  ships: z.boolean().optional(),
});

const pricedCharge = z.strictObject({
  kind: z.enum(CHARGE_KINDS),
  name: text(100).optional(),
  price,
  discount: price.optional(),
  tax: price.optional(),
});

export const metadata = metadataOf(20);

/** Pieces of lines. The decider checks that the order has the lines. */
const pieces = z
  .array(z.strictObject({ line_id: lineId, quantity: z.int().min(1).max(QUANTITY_MAX) }))
  .min(1)
  .max(LINES_MAX);

const series = z
  .string()
  .max(20)
  .regex(/^[A-Za-z0-9._/-]*[A-Za-z._/-]$/, SERIES_EXPECTED);

const contact = {
  email: text(254)
    .regex(/^[^\s@]+@[^\s@]+$/, EMAIL_EXPECTED)
    .optional(),
  phone: text(40).optional(),
  billing_address: billingAddress.optional(),
  note: multilineText(2_000).optional(),
  tags: z.array(text(40)).max(20).optional(),
};

export const placeOrderBody = z.strictObject({
  customer_id: foreignId(64)
    .regex(/^(?!\.{1,2}$)/, 'must not be . or .., which a URL path cannot contain')
    .nullable()
    .optional(),
  currency,
  lines: z.array(pricedLine).min(1).max(LINES_MAX),
  shipping_address: address.nullable().default(null),
  metadata: metadata.default({}),
  reference: text(64).optional(),
  series: series.optional(),
  number: text(64).optional(),
  ...contact,
  ordered_at: occurredAt,
  prices_include_tax: z.boolean().optional(),
  discounts: z.array(namedDiscount).max(ADJUSTMENTS_MAX).optional(),
  taxes: z.array(tax).max(ADJUSTMENTS_MAX).optional(),
  charges: z.array(pricedCharge).max(CHARGES_MAX).optional(),
  rounding: z.int().min(-ROUNDING_MAX).max(ROUNDING_MAX).optional(),
  payment_terms: z.enum(['prepaid', 'open']).optional(),
  stated: z
    .strictObject({
      total: price.optional(),
      tax_total: price.optional(),
      discount_total: price.optional(),
    })
    .optional(),
});

const canonical = (order: z.output<typeof placeOrderBody>, context: z.RefinementCtx) => {
  if (order.series !== undefined && order.number !== undefined) {
    const message = 'cannot be given together with series';
    context.addIssue({ code: 'custom', path: ['number'], message, input: order.number });
  }
  return sparse(order);
};

export const placeOrderData = placeOrderBody.transform(canonical);

/** For clients of the first release: any two letters are a country, so repeats stay replays. */
export const placeOrderDataOfAnyCountry = placeOrderBody
  .extend({ shipping_address: recordedAddress.nullable().default(null) })
  .transform(canonical);

const nullable = <Schema extends z.ZodType>(schema: Schema) => schema.nullable().optional();

/**
 * A merge patch (RFC 7396): `null` removes a member. The decider checks that the result is a whole
 * address and valid metadata.
 */
export const updateOrderBody = z.strictObject({
  shipping_address: nullable(addressPatch),
  billing_address: nullable(billingAddressPatch),
  metadata: nullable(
    z
      .record(metadataName, metadataValue.nullable())
      .refine((entries) => Object.keys(entries).length <= 40, 'must have at most 40 entries'),
  ),
  email: contact.email.nullable(),
  phone: contact.phone.nullable(),
  note: contact.note.nullable(),
  tags: contact.tags.nullable(),
});

export const updateOrderData = updateOrderBody
  .refine((patch) => Object.keys(patch).length > 0, 'must not be empty')
  .transform((patch) => (patch.tags ? { ...patch, tags: [...new Set(patch.tags)] } : patch));

export const recordAuthorizationData = z.strictObject({
  amount,
  method: optionalText(40),
  provider,
  reference: optionalText(200),
  occurred_at: occurredAt,
});

export const voidAuthorizationData = z.strictObject({
  authorization_id: z.string(),
  reason: optionalLines(500),
  occurred_at: occurredAt,
});

export const recordPaymentData = z.strictObject({
  amount,
  method: optionalText(40),
  reference: optionalText(200),
  provider,
  /** The payment is a capture of this authorization. */
  authorization_id: recordId('aut', 'an authorization').optional(),
  /** Records a payment above the amount due, which the shop owes back. */
  accept_excess: z
    .boolean()
    .transform((isAccepted) => isAccepted || undefined)
    .optional(),
  occurred_at: occurredAt,
});

export const reversePaymentData = z.strictObject({
  payment_id: z.string(),
  /** The rest of the payment by default. */
  amount: amount.optional(),
  reason: optionalLines(500),
  provider,
  reference: optionalText(200),
  occurred_at: occurredAt,
});

export const recordRefundData = z.strictObject({
  amount,
  reason: optionalLines(500),
  reference: optionalText(200),
  provider,
  payment_id: recordId('pay', 'a payment').optional(),
  lines: pieces.optional(),
  charges: z
    .array(z.strictObject({ charge_id: chargeId, amount }))
    .min(1)
    .max(CHARGES_MAX)
    .optional(),
  /** A reduction that the shop grants. */
  adjustment: amount.optional(),
  occurred_at: occurredAt,
});

export const shipItemsData = z.strictObject({
  lines: pieces,
  carrier: optionalText(100),
  tracking_number: optionalText(100),
  occurred_at: occurredAt,
});

export const returnItemsData = z.strictObject({
  lines: pieces,
  reason: optionalLines(500),
  occurred_at: occurredAt,
});

export const completeOrderData = z.strictObject({ note: optionalLines(500), occurred_at: occurredAt });

export const cancelOrderData = z.strictObject({ reason: optionalLines(500), occurred_at: occurredAt });

export const editOrderBody = z.strictObject({
  /** Pieces that are open: neither shipped nor cancelled. */
  cancel: pieces.optional(),
  add: z.array(pricedLine).min(1).max(LINES_MAX).optional(),
  charges: z.array(pricedCharge).min(1).max(CHARGES_MAX).optional(),
  reason: optionalLines(500),
  occurred_at: occurredAt,
});

export const editOrderData = editOrderBody
  .refine(
    ({ cancel, add, charges }) => (cancel ?? add ?? charges) !== undefined,
    'must have cancel, add or charges',
  )
  .transform(sparse);

export const placeHoldData = z.strictObject({ reason: multilineText(500), occurred_at: occurredAt });

export const releaseHoldData = z.strictObject({
  hold_id: z.string(),
  reason: optionalLines(500),
  occurred_at: occurredAt,
});

/** The data schema of each command. */
export const COMMAND_SCHEMAS = {
  PlaceOrder: placeOrderData,
  UpdateOrder: updateOrderData,
  RecordAuthorization: recordAuthorizationData,
  VoidAuthorization: voidAuthorizationData,
  RecordPayment: recordPaymentData,
  ReversePayment: reversePaymentData,
  RecordRefund: recordRefundData,
  ShipItems: shipItemsData,
  ReturnItems: returnItemsData,
  CancelOrder: cancelOrderData,
  CompleteOrder: completeOrderData,
  EditOrder: editOrderData,
  PlaceHold: placeHoldData,
  ReleaseHold: releaseHoldData,
} as const;

export type CommandType = keyof typeof COMMAND_SCHEMAS;

/** A command of a type, in canonical form. */
export type Command<T extends CommandType> = T extends CommandType
  ? { type: T; data: z.output<(typeof COMMAND_SCHEMAS)[T]> }
  : never;
export type OrderCommand = Command<CommandType>;

export type Pieces = z.output<typeof pieces>;
export type PricedLine = Command<'PlaceOrder'>['data']['lines'][number];
export type PricedCharge = z.output<typeof pricedCharge>;
export type Tax = z.output<typeof tax>;
export type Discount = z.output<typeof discount>;
