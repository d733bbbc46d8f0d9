/**
 * The events of an order, as stored. They are fat: one event is enough to render it, to publish it,
 * and to compare it with its request.
 */
import { z } from 'zod';
import {
  cancelOrderData,
  completeOrderData,
  metadata,
  placeOrderData,
  recordPaymentData,
  recordRefundData,
  returnItemsData,
  shipItemsData,
  shippingAddress,
  updateOrderData,
} from './commands.ts';
import { foreignId } from '../text.ts';

const placedLine = placeOrderData.shape.lines.element.extend({
  id: z.string().regex(/^line_[1-9]\d{0,2}$/),
  total: z.int().min(0),
});
const currency = placeOrderData.shape.currency;

/**
 * Schema of each event's `data` at its current version; upcast.ts brings older events up to it.
 * Any change needs a new version: test/domain/evolution.test.ts enforces it.
 */
export const EVENT_SCHEMAS = {
  OrderPlaced: {
    version: 1,
    data: z.strictObject({
      /** Older events may have `.` and `..`. */
      customer_id: foreignId(64),
      currency,
      lines: z.array(placedLine).min(1).max(100),
      total: z.int().min(0),
      shipping_address: placeOrderData.shape.shipping_address.unwrap(),
      metadata,
    }),
  },
  OrderUpdated: {
    version: 1,
    data: z.strictObject({
      /** The patch of the request. */
      patch: updateOrderData,
      /** The order's members after the patch. */
      shipping_address: shippingAddress.nullable(),
      metadata,
    }),
  },
  PaymentRecorded: {
    version: 1,
    data: z.strictObject({
      amount: recordPaymentData.shape.amount,
      currency,
      method: recordPaymentData.shape.method.unwrap(),
      reference: recordPaymentData.shape.reference.unwrap(),
    }),
  },
  ItemsShipped: {
    version: 1,
    data: z.strictObject({
      lines: shipItemsData.shape.lines,
      carrier: shipItemsData.shape.carrier.unwrap(),
      tracking_number: shipItemsData.shape.tracking_number.unwrap(),
    }),
  },
  ItemsReturned: {
    version: 1,
    data: z.strictObject({
      lines: returnItemsData.shape.lines,
      reason: returnItemsData.shape.reason.unwrap(),
    }),
  },
  RefundRecorded: {
    version: 1,
    data: z.strictObject({
      amount: recordRefundData.shape.amount,
      currency,
      reason: recordRefundData.shape.reason.unwrap(),
      reference: recordRefundData.shape.reference.unwrap(),
    }),
  },
  OrderCancelled: {
    version: 1,
    data: z.strictObject({ reason: cancelOrderData.shape.reason.unwrap() }),
  },
  OrderCompleted: {
    version: 1,
    data: z.strictObject({ note: completeOrderData.shape.note.unwrap() }),
  },
} as const;

export type EventType = keyof typeof EVENT_SCHEMAS;
export const EVENT_TYPES = Object.keys(EVENT_SCHEMAS) as EventType[];

/** An event of a type. */
export type EventOf<T extends EventType> = T extends EventType
  ? { type: T; data: z.output<(typeof EVENT_SCHEMAS)[T]['data']> }
  : never;
export type OrderEvent = EventOf<EventType>;

/** The metadata of an event in the log. */
export interface Recorded {
  event_id: string;
  order_id: string;
  /** Number of the event in its stream, from 1. */
  version: number;
  /** RFC 3339, UTC, milliseconds; never earlier than the previous event of the log. */
  recorded_at: string;
  /** Id of the API key that sent the command; `null` in events of before keys were recorded. */
  key_id: string | null;
  /** The number of the order; only its first event can have one. */
  number: string | null;
}

export type RecordedEvent = OrderEvent & Recorded;
