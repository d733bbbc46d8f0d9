/**
 * The commands of version 1. Its contract is closed, so its schemas are too; the domain's command
 * has more members, all of them optional.
 */
import { z } from 'zod';
import {
  type CommandType,
  cancelOrderData,
  completeOrderData,
  placeOrderBody,
  recordPaymentData,
  recordRefundData,
  returnItemsData,
  shipItemsData,
  updateOrderBody,
} from '../../domain/order/commands.ts';
import { recordedAddress } from '../../domain/order/address.ts';
import { text } from '../../domain/text.ts';

const { lines, customer_id, currency, metadata } = placeOrderBody.shape;
const { sku, name, quantity, unit_price } = lines.element.shape;

const address = recordedAddress.omit({ company: true, line3: true, phone: true }).extend({
  country: z.string().regex(/^[A-Z]{2}$/, 'must be two capital letters of ISO 3166, such as IE'),
});
const { line2, region, postal_code } = address.shape;
const addressPatch = address.partial().extend({
  line2: line2.unwrap().nullable().optional(),
  region: region.unwrap().nullable().optional(),
  postal_code: postal_code.unwrap().nullable().optional(),
});
const accepted = { occurred_at: true } as const;
/** Version 1 refuses line breaks. */
const remark = text(500).nullable().default(null);
const reason = { reason: remark };

/** The data schema of each command of version 1. */
export const V1_SCHEMAS = {
  PlaceOrder: z.strictObject({
    customer_id: customer_id.unwrap().unwrap(),
    currency,
    lines: z
      .array(z.strictObject({ sku: sku.unwrap().unwrap(), name, quantity, unit_price }))
      .min(1)
      .max(100),
    shipping_address: address.nullable().default(null),
    metadata,
  }),
  UpdateOrder: z
    .strictObject({
      shipping_address: addressPatch.nullable().optional(),
      metadata: updateOrderBody.shape.metadata,
    })
    .refine((patch) => Object.keys(patch).length > 0, 'must not be empty'),
  RecordPayment: recordPaymentData.pick({ amount: true, method: true, reference: true }),
  ShipItems: shipItemsData.omit(accepted),
  ReturnItems: returnItemsData.omit(accepted).extend(reason),
  RecordRefund: recordRefundData.pick({ amount: true, reference: true }).extend(reason),
  CancelOrder: cancelOrderData.omit(accepted).extend(reason),
  CompleteOrder: completeOrderData.omit(accepted).extend({ note: remark }),
} as const satisfies Partial<Record<CommandType, z.ZodType>>;

export const isV1Command = (type: CommandType): type is keyof typeof V1_SCHEMAS =>
  Object.hasOwn(V1_SCHEMAS, type);
