/** Compares an event with the body of its request. */
import { isDeepStrictEqual } from 'node:util';
import type { Version } from '../case.ts';
import type { LoggedEvent } from './log.ts';

type Json = Record<string, unknown>;

/** The event type of each command. */
export const EVENT_OF: Record<string, string> = {
  placeOrder: 'OrderPlaced',
  placeOrders: 'OrderPlaced',
  PlaceOrder: 'OrderPlaced',
  PlaceOrders: 'OrderPlaced',
  updateOrder: 'OrderUpdated',
  recordPayment: 'PaymentRecorded',
  recordShipment: 'ItemsShipped',
  recordReturn: 'ItemsReturned',
  recordRefund: 'RefundRecorded',
  cancelOrder: 'OrderCancelled',
  completeOrder: 'OrderCompleted',
};

/** Values of absent members, by event type. */
const DEFAULT_MEMBERS: Record<string, Json> = {
  OrderPlaced: { shipping_address: null, metadata: {} },
  PaymentRecorded: { method: null, reference: null },
  ItemsShipped: { carrier: null, tracking_number: null },
  ItemsReturned: { reason: null },
  RefundRecorded: { reason: null, reference: null },
  OrderCancelled: { reason: null },
  OrderCompleted: { note: null },
};

/** Whether an event has the content of the request body. */
export function matchesRequest({ type, data }: LoggedEvent, body: unknown, spelling: Version): boolean {
  if (typeof body !== 'object' || body === null) return false;
  if (type === 'OrderUpdated') return isDeepStrictEqual(data['patch'], body);
  const requested = { ...DEFAULT_MEMBERS[type], ...plain(type, body as Json, spelling) };
  return isDeepStrictEqual(requested, asRequest(type, data));
}

/** A body in the form of the log. */
function plain(type: string, body: Json, spelling: Version): Json {
  if (spelling === 'v1') return body;
  if (type === 'OrderPlaced') {
    const lines = body['lines'] as { unit_price: { amount: number; currency: string } }[];
    return {
      ...body,
      currency: lines[0]?.unit_price.currency,
      lines: lines.map((line) => Object.assign({}, line, { unit_price: line.unit_price.amount })),
    };
  }
  const { amount } = body as { amount?: { amount: number } };
  return amount === undefined ? body : { ...body, amount: amount.amount };
}

/** An event without the members that the server adds. */
function asRequest(type: string, data: Json): Json {
  if (type === 'OrderPlaced') {
    const { total: _total, ...placed } = data;
    const lines = data['lines'] as Json[];
    return { ...placed, lines: lines.map(({ id: _id, total: _ofLine, ...line }) => line) };
  }
  if (type === 'PaymentRecorded' || type === 'RefundRecorded') {
    const { currency: _currency, ...record } = data;
    return record;
  }
  return data;
}
