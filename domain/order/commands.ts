/**
 * The commands on an order. Each schema gives a command its canonical form: an absent member
 * becomes `null` or `{}`, so that two spellings of one command are equal.
 *
 * `openapi/v1.yaml` has the same rules; a test compares their verdicts.
 */
import { z } from 'zod';
import { AMOUNT_MAX } from '../money.ts';
import { TEXT, TEXT_EXPECTED, foreignId, text } from '../text.ts';

const QUANTITY_MAX = 1_000_000;
const LINES_MAX = 100;

const placedLine = z.strictObject({
  sku: text(64),
  name: text(200),
  quantity: z.int().min(1).max(QUANTITY_MAX),
  unit_price: z.int().min(0).max(AMOUNT_MAX),
});

export const shippingAddress = z.strictObject({
  name: text(200),
  line1: text(200),
  line2: text(200).optional(),
  city: text(100),
  region: text(100).optional(),
  postal_code: text(20).optional(),
  country: z.string().regex(/^[A-Z]{2}$/, 'must be two capital letters of ISO 3166, such as IE'),
});

const metadataName = z
  .string()
  .regex(/^[A-Za-z0-9_.-]{1,40}$/, 'must be 1 to 40 ASCII letters, digits, dots, hyphens or underscores');
const metadataValue = z.string().max(500).regex(TEXT, TEXT_EXPECTED);
export const metadata = z
  .record(metadataName, metadataValue)
  .refine((entries) => Object.keys(entries).length <= 20, 'must have at most 20 entries');

/** Pieces of lines. The decider checks that the order has the lines. */
const pieces = z
  .array(
    z.strictObject({
      line_id: z.string().regex(/^line_[1-9]\d{0,2}$/, 'must be a line id, such as line_1'),
      quantity: z.int().min(1).max(QUANTITY_MAX),
    }),
  )
  .min(1)
  .max(LINES_MAX);

const amount = z.int().min(1).max(AMOUNT_MAX);
const optionalText = (maxLength: number) => text(maxLength).nullable().default(null);

export const placeOrderData = z.strictObject({
  customer_id: foreignId(64).regex(/^(?!\.{1,2}$)/, 'must not be . or .., which a URL path cannot contain'),
  currency: z.string().regex(/^[A-Z]{3}$/, 'must be three capital letters of ISO 4217, such as EUR'),
  lines: z.array(placedLine).min(1).max(LINES_MAX),
  shipping_address: shippingAddress.nullable().default(null),
  metadata: metadata.default({}),
});

/**
 * A merge patch (RFC 7396): `null` removes a member. The decider checks that the result is a whole
 * address and valid metadata.
 */
export const updateOrderData = z
  .strictObject({
    shipping_address: shippingAddress
      .partial()
      .extend({
        line2: text(200).nullable().optional(),
        region: text(100).nullable().optional(),
        postal_code: text(20).nullable().optional(),
      })
      .nullable()
      .optional(),
    metadata: z
      .record(metadataName, metadataValue.nullable())
      .refine((entries) => Object.keys(entries).length <= 40, 'must have at most 40 entries')
      .nullable()
      .optional(),
  })
  .refine((patch) => Object.keys(patch).length > 0, 'must not be empty');

export const recordPaymentData = z.strictObject({
  amount,
  method: optionalText(40),
  reference: optionalText(200),
});

export const shipItemsData = z.strictObject({
  lines: pieces,
  carrier: optionalText(100),
  tracking_number: optionalText(100),
});

export const returnItemsData = z.strictObject({ lines: pieces, reason: optionalText(500) });

export const recordRefundData = z.strictObject({
  amount,
  reason: optionalText(500),
  reference: optionalText(200),
});

export const cancelOrderData = z.strictObject({ reason: optionalText(500) });

export const completeOrderData = z.strictObject({ note: optionalText(500) });

/** The data schema of each command. */
export const COMMAND_SCHEMAS = {
  PlaceOrder: placeOrderData,
  UpdateOrder: updateOrderData,
  RecordPayment: recordPaymentData,
  ShipItems: shipItemsData,
  ReturnItems: returnItemsData,
  RecordRefund: recordRefundData,
  CancelOrder: cancelOrderData,
  CompleteOrder: completeOrderData,
} as const;

export type CommandType = keyof typeof COMMAND_SCHEMAS;

/** A command of a type, in canonical form. */
export type Command<T extends CommandType> = T extends CommandType
  ? { type: T; data: z.output<(typeof COMMAND_SCHEMAS)[T]> }
  : never;
export type OrderCommand = Command<CommandType>;

export type ShippingAddress = z.output<typeof shippingAddress>;
export type Pieces = z.output<typeof pieces>;
