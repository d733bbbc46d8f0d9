/**
 * What has happened to an order, as it is stored: fat events, so that each one can be rendered, published and
 * compared with the request that caused it without a look at any other place.
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
 * Schema of each event's `data` at its current version. A stored event of an older version is upcast first
 * (upcast.ts). Any change here is a new version: test/domain/evolution.test.ts sees to it.
 */
export const EVENT_SCHEMAS = {
  OrderPlaced: {
    version: 1,
    data: z.strictObject({
      /** Older events have `.` and `..` too. */
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
      /** The patch as it was asked for. */
      patch: updateOrderData,
      /** What it made of the order. */
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

/** An event by its type. */
export type EventOf<T extends EventType> = T extends EventType
  ? { type: T; data: z.output<(typeof EVENT_SCHEMAS)[T]['data']> }
  : never;
export type OrderEvent = EventOf<EventType>;

/** Where and when an event stands in the log, and whose doing it was. */
export interface Recorded {
  event_id: string;
  order_id: string;
  /** 1 for the order's first event, then one more each time. */
  version: number;
  /** RFC 3339, UTC, milliseconds; never earlier than the event before it in the log. */
  recorded_at: string;
  /** Id of the API key that asked for it; `null` in events older than the record of it. */
  key_id: string | null;
}

export type RecordedEvent = OrderEvent & Recorded;
