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
  recordAuthorization: 'AuthorizationRecorded',
  voidAuthorization: 'AuthorizationVoided',
  recordPayment: 'PaymentRecorded',
  reversePayment: 'PaymentReversed',
  recordShipment: 'ItemsShipped',
  recordReturn: 'ItemsReturned',
  recordRefund: 'RefundRecorded',
  editOrder: 'OrderEdited',
  placeHold: 'HoldPlaced',
  releaseHold: 'HoldReleased',
  cancelOrder: 'OrderCancelled',
  completeOrder: 'OrderCompleted',
};

/** Values of absent members, by event type. */
const DEFAULT_MEMBERS: Record<string, Json> = {
  OrderPlaced: { shipping_address: null, metadata: {} },
  AuthorizationRecorded: { method: null, reference: null },
  AuthorizationVoided: { reason: null },
  PaymentRecorded: { method: null, reference: null },
  PaymentReversed: { reason: null, reference: null },
  ItemsShipped: { carrier: null, tracking_number: null },
  ItemsReturned: { reason: null },
  RefundRecorded: { reason: null, reference: null },
  OrderEdited: { reason: null },
  OrderCancelled: { reason: null },
  OrderCompleted: { note: null },
  HoldReleased: { reason: null },
};

/** Members that an event lacks when a request states them as their default. */
const DEFAULTS: Json = {
  customer_id: null,
  billing_address: null,
  charges: [],
  discounts: [],
  taxes: [],
  tags: [],
  rounding: 0,
  prices_include_tax: false,
  payment_terms: 'prepaid',
  accept_excess: false,
};
const DEFAULTS_OF_PARTS: Json = { sku: null, discount: 0, tax: 0, taxes: [], ships: true, metadata: {} };

/** Members that the server adds to an event, by its type; `amount` only where no request has it. */
const ADDED_MEMBERS: Record<string, string[]> = {
  OrderPlaced: ['total'],
  AuthorizationRecorded: ['currency'],
  // The request names the authorization, payment or hold in its path.
  AuthorizationVoided: ['authorization_id', 'amount', 'currency'],
  PaymentRecorded: ['currency'],
  PaymentReversed: ['payment_id', 'currency', 'is_rest'],
  ItemsReturned: ['amount'],
  RefundRecorded: ['currency', 'counts', 'payments'],
  OrderEdited: ['currency', 'added'],
  OrderCancelled: ['lines', 'amount'],
  HoldReleased: ['hold_id'],
};
const ADDED_TO_PARTS = ['id', 'total', 'amount', 'discount_shares', 'tax_shares'];
/** Members with lines, charges or pieces. A refund states the amounts of its charges. */
const PARTS = ['lines', 'charges', 'add', 'cancel'];

/** Whether an event has the content of the request body. */
export function matchesRequest({ type, data }: LoggedEvent, body: unknown, spelling: Version): boolean {
  if (typeof body !== 'object' || body === null) return false;
  if (type === 'OrderUpdated') return isDeepStrictEqual(data['patch'], body);
  const requested = { ...DEFAULT_MEMBERS[type], ...withoutNulls(plain(type, body as Json, spelling)) };
  return isDeepStrictEqual(sparse(requested), sparse(asRequest(type, data)));
}

/** A body without the members that are `null`: those count as absent, at every depth. */
function withoutNulls(value: Json): Json;
function withoutNulls(value: unknown): unknown;
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item: unknown) => withoutNulls(item));
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).filter(([, member]) => member !== null);
  return Object.fromEntries(members.map(([name, member]) => [name, withoutNulls(member)]));
}

/** A body in the form of the log. */
function plain(type: string, body: Json, spelling: Version): Json {
  const members = Object.entries(spelling === 'v1' ? body : withoutMoney(body)).map(([name, value]) => {
    const isTime = name.endsWith('_at') && typeof value === 'string';
    if (!isTime) return [name, value] as const;
    return [name === 'ordered_at' ? name : 'occurred_at', new Date(value).toISOString()] as const;
  });
  const { lines } = body as { lines?: { unit_price: { currency: string } }[] };
  return {
    ...Object.fromEntries(members),
    ...(type === 'OrderPlaced' && spelling === 'v2' && { currency: lines?.[0]?.unit_price.currency }),
  };
}

/** Members with names that clients choose, and addresses. */
const NO_MONEY = new Set(['metadata', 'shipping_address', 'billing_address']);

function withoutMoney(value: Json): Json;
function withoutMoney(value: unknown): unknown;
function withoutMoney(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item: unknown) => withoutMoney(item));
  if (typeof value !== 'object' || value === null) return value;
  if ('currency' in value && 'amount' in value) return value.amount;
  const members = Object.entries(value);
  return Object.fromEntries(
    members.map(([name, member]) => [name, NO_MONEY.has(name) ? member : withoutMoney(member)]),
  );
}

/** An event without the members that the server adds. */
function asRequest(type: string, data: Json): Json {
  const added = new Set(ADDED_MEMBERS[type]);
  if (type === 'PaymentReversed' && data['is_rest'] === true) added.add('amount');
  const members = Object.entries(data).filter(([name]) => !added.has(name));
  return Object.fromEntries(
    members.map(([name, value]) => {
      const ofRefund = type === 'RefundRecorded';
      if (!PARTS.includes(name) || (ofRefund && name === 'charges')) return [name, value];
      const arePieces = name === 'cancel' || ofRefund;
      const addedTo = arePieces ? [...ADDED_TO_PARTS, 'tax'] : ADDED_TO_PARTS;
      return [name, (value as Json[]).map((part) => without(part, addedTo))];
    }),
  );
}

const without = (value: Json, names: readonly string[]): Json =>
  Object.fromEntries(Object.entries(value).filter(([name]) => !names.includes(name)));

/** Without the members that state their default. */
function sparse(data: Json): Json {
  const kept = withoutDefaults(data, DEFAULTS);
  for (const name of PARTS)
    if (Array.isArray(kept[name]))
      kept[name] = (kept[name] as Json[]).map((part) => withoutDefaults(part, DEFAULTS_OF_PARTS));
  return kept;
}

const withoutDefaults = (value: Json, defaults: Json): Json =>
  Object.fromEntries(
    Object.entries(value).filter(
      ([name, member]) => !(name in defaults && isDeepStrictEqual(member, defaults[name])),
    ),
  );
