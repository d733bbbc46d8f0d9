/**
 * What has happened to an order, as it is stored: fat events, so that each one can be rendered, published and
 * compared with the request that caused it without a look at any other place.
 */
import { z } from 'zod';
import { placeOrderData, cancelOrderData } from './commands.ts';

const placedLine = placeOrderData.shape.lines.element.extend({
  id: z.string().regex(/^line_[1-9]\d{0,2}$/),
  total: z.int().min(0),
});

/** Schema of each event's `data` at its current version. A stored event of an older version is upcast first. */
export const EVENT_SCHEMAS = {
  OrderPlaced: {
    version: 1,
    data: z.strictObject({
      customer_id: placeOrderData.shape.customer_id,
      currency: placeOrderData.shape.currency,
      lines: z.array(placedLine).min(1).max(100),
      total: z.int().min(0),
      shipping_address: placeOrderData.shape.shipping_address.unwrap(),
      metadata: placeOrderData.shape.metadata.unwrap(),
    }),
  },
  OrderCancelled: {
    version: 1,
    data: z.strictObject({ reason: cancelOrderData.shape.reason.unwrap() }),
  },
} as const;

export type EventType = keyof typeof EVENT_SCHEMAS;

type EventOf<T extends EventType> = { type: T; data: z.output<(typeof EVENT_SCHEMAS)[T]['data']> };
export type OrderPlaced = EventOf<'OrderPlaced'>;
export type OrderCancelled = EventOf<'OrderCancelled'>;
export type OrderEvent = OrderPlaced | OrderCancelled;

/** Where and when an event stands in the log. */
export interface Recorded {
  event_id: string;
  order_id: string;
  /** 1 for the order's first event, then one more each time. */
  version: number;
  /** RFC 3339, UTC, milliseconds; never earlier than the event before it in the log. */
  recorded_at: string;
}

export type RecordedEvent = OrderEvent & Recorded;
