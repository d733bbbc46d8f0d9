/**
 * What a client may ask of an order. Each schema gives the command its one canonical form: what was left out
 * is there as `null` or `{}`, so that a retry that spells the same wish in another way is the same command.
 *
 * `openapi/v1.yaml` says the same in the field's own language; a test holds the two to the same verdicts.
 */
import { z } from 'zod';
import { MAX_AMOUNT } from '../money.ts';
import { TEXT, TEXT_EXPECTED, foreignId, text } from '../text.ts';

const MAX_QUANTITY = 1_000_000;
const MAX_LINES = 100;

const placedLine = z.strictObject({
  sku: text(64),
  name: text(200),
  quantity: z.int().min(1).max(MAX_QUANTITY),
  unit_price: z.int().min(0).max(MAX_AMOUNT),
});

export const shippingAddress = z.strictObject({
  name: text(200),
  line1: text(200),
  line2: text(200).optional(),
  city: text(100),
  region: text(100).optional(),
  postal_code: text(20).optional(),
  country: z.string().regex(/^[A-Z]{2}$/, 'must be the two capital letters of a country, such as IE'),
});

const metadataName = z
  .string()
  .regex(/^[A-Za-z0-9_.-]{1,40}$/, 'must be 1 to 40 letters, digits, dots, hyphens and underscores');
const metadataValue = z.string().max(500).regex(TEXT, TEXT_EXPECTED);
export const metadata = z
  .record(metadataName, metadataValue)
  .refine((entries) => Object.keys(entries).length <= 20, 'must not have more than 20 entries');

/** Some pieces of some lines; which lines there are is the order's to say. */
const pieces = z
  .array(
    z.strictObject({
      line_id: z.string().regex(/^line_[1-9][0-9]{0,2}$/, 'must be the id of a line, such as line_1'),
      quantity: z.int().min(1).max(MAX_QUANTITY),
    }),
  )
  .min(1)
  .max(MAX_LINES);

const amount = z.int().min(1).max(MAX_AMOUNT);
const optionalText = (max: number) => text(max).nullable().default(null);

export const placeOrderData = z.strictObject({
  customer_id: foreignId(64).regex(/^(?!\.{1,2}$)/, 'must not be . or .., which no path can name'),
  currency: z.string().regex(/^[A-Z]{3}$/, 'must be the three capital letters of a currency, such as EUR'),
  lines: z.array(placedLine).min(1).max(MAX_LINES),
  shipping_address: shippingAddress.nullable().default(null),
  metadata: metadata.default({}),
});

/**
 * A merge patch (RFC 7396): `null` takes a member away. What comes out must be a whole address, and good metadata; that
 * is for the decider to say, who knows the order.
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
      .refine((entries) => Object.keys(entries).length <= 40, 'must not have more than 40 entries')
      .nullable()
      .optional(),
  })
  .refine((patch) => Object.keys(patch).length > 0, 'must change something');

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

/** The schema of each command's data. */
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

/** A command by its type, in its canonical form. */
export type Command<T extends CommandType> = T extends CommandType
  ? { type: T; data: z.output<(typeof COMMAND_SCHEMAS)[T]> }
  : never;
export type OrderCommand = Command<CommandType>;

export type ShippingAddress = z.output<typeof shippingAddress>;
export type Pieces = z.output<typeof pieces>;
