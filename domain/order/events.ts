/**
 * The events of an order, as stored. They are fat: one event is enough to render it, to publish it,
 * and to compare it with its request. What was split is stored split, so that no later rule changes
 * an old order.
 */
import { z } from 'zod';
import { foreignId } from '../text.ts';
import { addressPatch, recordedAddress } from './address.ts';
import {
  cancelOrderData,
  completeOrderData,
  editOrderBody,
  metadata,
  placeHoldData,
  placeOrderBody,
  recordAuthorizationData,
  recordPaymentData,
  recordRefundData,
  releaseHoldData,
  returnItemsData,
  reversePaymentData,
  shipItemsData,
  updateOrderBody,
  voidAuthorizationData,
} from './commands.ts';

const amount = z.int().min(0);
const time = z.iso.datetime().optional();
const { currency, lines, charges } = placeOrderBody.shape;

const placedLine = lines.element.extend({
  id: z.string().regex(/^line_[1-9]\d{0,2}$/),
  sku: lines.element.shape.sku.unwrap().unwrap().optional(),
  ships: z.literal(false).optional(),
  /** `unit_price × quantity`. */
  total: amount,
  /** The line's share of each discount and of each tax of the whole order. */
  discount_shares: z.array(amount).optional(),
  tax_shares: z.array(amount).optional(),
  /** What is to be paid for the line; `total` when absent. */
  amount: amount.optional(),
});
const placedCharge = charges.unwrap().element.extend({ id: z.string(), amount });
/** In the first release the country was any two letters. */
const recordedPatch = addressPatch
  .extend({ country: recordedAddress.shape.country.optional() })
  .nullable()
  .optional();
const pieces = shipItemsData.shape.lines;
/** Pieces with their part of the line's amount, and of its tax if it has one. */
const pricedPieces = z.array(pieces.element.extend({ amount, tax: amount.optional() }));

/**
 * Schema of each event's `data` at its current version; upcast.ts brings older events up to it.
 * Any change needs a new version: test/domain/evolution.test.ts enforces it.
 */
export const EVENT_SCHEMAS = {
  OrderPlaced: {
    version: 2,
    data: placeOrderBody.extend({
      /** Older events may have `.` and `..`. */
      customer_id: foreignId(64).optional(),
      lines: z.array(placedLine).min(1).max(100),
      charges: z.array(placedCharge).optional(),
      total: amount,
      shipping_address: recordedAddress.nullable(),
      metadata,
      ordered_at: time,
      prices_include_tax: z.literal(true).optional(),
      payment_terms: z.literal('open').optional(),
    }),
  },
  OrderUpdated: {
    version: 2,
    data: z.strictObject({
      /** The patch of the request. */
      patch: updateOrderBody.extend({
        shipping_address: recordedPatch,
      }),
      /** The order's members after the patch. */
      shipping_address: recordedAddress.nullable(),
      metadata,
      /** Of these, those that the patch changed; `null` when it removed them. */
      billing_address: placeOrderBody.shape.billing_address.nullable(),
      email: placeOrderBody.shape.email.nullable(),
      phone: placeOrderBody.shape.phone.nullable(),
      note: placeOrderBody.shape.note.nullable(),
      tags: placeOrderBody.shape.tags.nullable(),
    }),
  },
  AuthorizationRecorded: {
    version: 1,
    data: recordAuthorizationData.extend({
      currency,
      method: recordAuthorizationData.shape.method.unwrap(),
      reference: recordAuthorizationData.shape.reference.unwrap(),
      occurred_at: time,
    }),
  },
  AuthorizationVoided: {
    version: 1,
    data: voidAuthorizationData.extend({
      /** What could still be captured. */
      amount,
      currency,
      reason: voidAuthorizationData.shape.reason.unwrap(),
      occurred_at: time,
    }),
  },
  PaymentRecorded: {
    version: 2,
    data: recordPaymentData.extend({
      currency,
      accept_excess: z.literal(true).optional(),
      method: recordPaymentData.shape.method.unwrap(),
      reference: recordPaymentData.shape.reference.unwrap(),
      occurred_at: time,
    }),
  },
  PaymentReversed: {
    version: 1,
    data: reversePaymentData.extend({
      amount,
      /** The request left the amount out. */
      is_rest: z.literal(true).optional(),
      currency,
      reason: reversePaymentData.shape.reason.unwrap(),
      reference: reversePaymentData.shape.reference.unwrap(),
      occurred_at: time,
    }),
  },
  RefundRecorded: {
    version: 2,
    data: recordRefundData.extend({
      currency,
      reason: recordRefundData.shape.reason.unwrap(),
      reference: recordRefundData.shape.reference.unwrap(),
      occurred_at: time,
      lines: pricedPieces.optional(),
      /** What the refund is for, decided once; absent in events of the first release. */
      counts: z
        .strictObject({
          /** Against what was cancelled, returned or overpaid. */
          settled: amount,
          /** No longer owed from here on. */
          adjusted: amount,
          /** Owed again, since pieces are open. */
          reopened: amount,
        })
        .optional(),
      /** The payments that it gives back. */
      payments: z.array(z.strictObject({ payment_id: z.string(), amount })).optional(),
    }),
  },
  ItemsShipped: {
    version: 2,
    data: shipItemsData.extend({
      carrier: shipItemsData.shape.carrier.unwrap(),
      tracking_number: shipItemsData.shape.tracking_number.unwrap(),
      occurred_at: time,
    }),
  },
  ItemsReturned: {
    version: 2,
    data: returnItemsData.extend({
      reason: returnItemsData.shape.reason.unwrap(),
      occurred_at: time,
      /** What is no longer owed for the pieces; absent in events of the first release. */
      amount: amount.optional(),
    }),
  },
  OrderEdited: {
    version: 1,
    data: editOrderBody.extend({
      cancel: pricedPieces.optional(),
      add: z.array(placedLine).optional(),
      charges: z.array(placedCharge).optional(),
      currency,
      /** What the edit adds to the total of the order. */
      added: amount,
      reason: editOrderBody.shape.reason.unwrap(),
      occurred_at: time,
    }),
  },
  OrderCancelled: {
    version: 2,
    data: cancelOrderData.extend({
      reason: cancelOrderData.shape.reason.unwrap(),
      occurred_at: time,
      /** The pieces that it frees, and what is no longer owed; absent in the first release. */
      lines: z.array(pieces.element).optional(),
      amount: amount.optional(),
    }),
  },
  OrderCompleted: {
    version: 2,
    data: completeOrderData.extend({ note: completeOrderData.shape.note.unwrap(), occurred_at: time }),
  },
  HoldPlaced: { version: 1, data: placeHoldData.extend({ occurred_at: time }) },
  HoldReleased: {
    version: 1,
    data: releaseHoldData.extend({ reason: releaseHoldData.shape.reason.unwrap(), occurred_at: time }),
  },
  /** Of no order: a stream of its own, with this one event. */
  CustomerErased: {
    version: 1,
    data: z.strictObject({
      customer_id: foreignId(64).nullable(),
      /** The order of a guest; `null` for a customer. */
      erased_order_id: z.string().nullable(),
    }),
  },
} as const;

export type EventType = keyof typeof EVENT_SCHEMAS;
export const EVENT_TYPES = Object.keys(EVENT_SCHEMAS) as EventType[];

/** The types of the first release, to which version 1 of the API is closed. */
export const FIRST_EVENT_TYPES: ReadonlySet<EventType> = new Set<EventType>([
  'OrderPlaced',
  'OrderUpdated',
  'PaymentRecorded',
  'ItemsShipped',
  'ItemsReturned',
  'RefundRecorded',
  'OrderCancelled',
  'OrderCompleted',
]);

/** An event of a type. */
export type EventOf<T extends EventType> = T extends EventType
  ? { type: T; data: z.output<(typeof EVENT_SCHEMAS)[T]['data']> }
  : never;
export type OrderEvent = EventOf<EventType>;

export type OrderPlaced = EventOf<'OrderPlaced'>['data'];
export type PricedPart = z.output<typeof pricedPieces>[number];
export type PlacedLine = z.output<typeof placedLine>;
export type PlacedCharge = z.output<typeof placedCharge>;

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
  /** The size of its data in the log: UTF-8, JSON. */
  bytes: number;
  /** When its personal members were erased; RFC 3339, UTC. Not stored. */
  erased_at?: string;
}

export type RecordedEvent = OrderEvent & Recorded;

/** The prefixes of the ids of records, by the event that made them. */
const RECORD_PREFIXES: Partial<Record<EventType, string>> = {
  AuthorizationRecorded: 'aut',
  AuthorizationVoided: 'avd',
  PaymentRecorded: 'pay',
  PaymentReversed: 'rev',
  RefundRecorded: 'ref',
  ItemsShipped: 'shp',
  ItemsReturned: 'ret',
  OrderEdited: 'edt',
  HoldPlaced: 'hld',
  HoldReleased: 'rel',
};

/** The id of the record that an event made: its own id, behind the prefix of the record. */
export const recordIdOf = ({ type, event_id }: Pick<RecordedEvent, 'type' | 'event_id'>): string =>
  `${RECORD_PREFIXES[type] ?? 'evt'}_${event_id.slice('evt_'.length)}`;
