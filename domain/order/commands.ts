/**
 * What a client may ask of an order. Each schema gives the command its one canonical form: what was left out
 * is there as `null` or `{}`, so that a retry that spells the same wish in another way is the same command.
 *
 * `openapi/v1.yaml` says the same in the field's own language; a test holds the two to the same verdicts.
 */
import { z } from 'zod';
import { MAX_AMOUNT } from '../money.ts';
import { TEXT, foreignId, text } from '../text.ts';

const line = z.strictObject({
  sku: text(64),
  name: text(200),
  quantity: z.int().min(1).max(1_000_000),
  unit_price: z.int().min(0).max(MAX_AMOUNT),
});

const address = z.strictObject({
  name: text(200),
  line1: text(200),
  line2: text(200).optional(),
  city: text(100),
  region: text(100).optional(),
  postal_code: text(20).optional(),
  country: z.string().regex(/^[A-Z]{2}$/),
});

const metadata = z
  .record(z.string().regex(/^[A-Za-z0-9_.-]{1,40}$/), z.string().max(500).regex(TEXT))
  .refine((entries) => Object.keys(entries).length <= 20, 'must not have more than 20 entries');

export const placeOrderData = z.strictObject({
  customer_id: foreignId(64),
  currency: z.string().regex(/^[A-Z]{3}$/),
  lines: z.array(line).min(1).max(100),
  shipping_address: address.nullable().default(null),
  metadata: metadata.default({}),
});

export const cancelOrderData = z.strictObject({
  reason: text(500).nullable().default(null),
});

export type PlaceOrder = { type: 'PlaceOrder'; data: z.output<typeof placeOrderData> };
export type CancelOrder = { type: 'CancelOrder'; data: z.output<typeof cancelOrderData> };
export type OrderCommand = PlaceOrder | CancelOrder;
export type ShippingAddress = z.output<typeof address>;
