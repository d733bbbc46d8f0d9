/** gRPC takes and shows all of an order: the same as version 2 of REST. */
import { randomUUID } from 'node:crypto';
import { status } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { EVENT_TYPES } from '../../domain/order/events.ts';
import { type Shop, anOrder, openShop } from '../setup/shop.ts';
import { type OrdersClient, connect, failureOf, take, unpacked } from './client.ts';
import { eventsOf } from './events-of.ts';
import { aWholeOrder, bodyForV2 } from './whole-order.ts';

let shop: Shop;
let client: OrdersClient;
beforeAll(async () => {
  shop = await openShop();
  client = connect(shop.grpc, shop.apiKey);
});
afterAll(async () => {
  client.close();
  await shop.close();
});

const ENUM_NAMES: Record<string, string> = {
  kind: 'CHARGE_KIND_',
  payment_terms: 'PAYMENT_TERMS_',
  payment_status: 'PAYMENT_STATUS_',
  fulfillment_status: 'FULFILLMENT_STATUS_',
};

/** The message that the client of this test sends for a command. */
function messageOf({ ordered_at, charges, payment_terms, ...order }: ReturnType<typeof aWholeOrder>) {
  const ms = Date.parse(ordered_at!);
  return {
    ...order,
    ordered_at: { seconds: Math.floor(ms / 1_000), nanos: (ms % 1_000) * 1e6 },
    charges: charges!.map((charge) =>
      Object.assign({}, charge, { kind: `CHARGE_KIND_${charge.kind.toUpperCase()}` }),
    ),
    payment_terms: `PAYMENT_TERMS_${payment_terms!.toUpperCase()}`,
  };
}

/** A document of version 2 or a message in one spelling, without what is absent in either. */
function plain(value: unknown, name = ''): unknown {
  if (Array.isArray(value)) return value.length === 0 ? undefined : value.map((item) => plain(item));
  if (typeof value === 'string') {
    const prefix = ENUM_NAMES[name];
    return prefix === undefined ? value : value.replace(prefix, '').toLowerCase();
  }
  if (typeof value !== 'object' || value === null) return value;
  if ('seconds' in value) {
    const { seconds, nanos } = value as { seconds: number; nanos: number };
    return new Date(seconds * 1_000 + nanos / 1e6).toISOString();
  }
  if ('currency' in value && 'amount' in value && Object.keys(value).length === 2) return value.amount;
  const members = Object.entries(value)
    .map(([each, member]) => [each, plain(member, each)] as const)
    // proto-loader names the oneof of each optional field.
    .filter(([each, member]) => !each.startsWith('_') && (member ?? '') !== '');
  return members.length === 0 ? undefined : Object.fromEntries(members);
}

/** The next events after a position. */
const eventsAfter = async (position: number, count: number, types: string[] = []) => {
  const watch = client.watchEvents({ after: position, types });
  watch.on('error', () => {});
  const messages = await take(watch, count);
  watch.cancel();
  return messages.map(({ event }) => event);
};

describe('an order with every member', () => {
  test('is the same order in gRPC and REST, and replays in each', async () => {
    const idempotency_key = randomUUID();
    const order = aWholeOrder();
    const placed = await client.placeOrder({ idempotency_key, order: messageOf(order) });
    expect(placed).toMatchObject({
      replayed: false,
      order: {
        customer_id: 'ada',
        number: 'G-1001',
        reference: order.reference,
        total: 3_820,
        tax_total: 173,
        discount_total: 500,
        charge_total: 610,
        amount_due: 3_820,
        rounding: -3,
        payment_status: 'PAYMENT_STATUS_UNPAID',
        fulfillment_status: 'FULFILLMENT_STATUS_UNFULFILLED',
        ready_to_ship: true,
      },
    });
    expect(await client.placeOrder({ idempotency_key, order: messageOf(order) })).toEqual({
      ...placed,
      replayed: true,
    });
    const rest = await shop.ask('/v2/orders', { body: bodyForV2(order), key: idempotency_key });
    expect([rest.status, rest.headers.get('Idempotent-Replayed')]).toEqual([201, 'true']);
    expect(plain(placed.order)).toMatchObject(plain(rest.json) as object);
    expect((await client.getOrder({ order_id: rest.json.id })).order).toEqual(placed.order);
    expect(await eventsOf(shop, idempotency_key)).toBe(1);
  });

  test('that REST placed replays in gRPC, by a call and in a stream', async () => {
    const idempotency_key = randomUUID();
    const order = aWholeOrder();
    const rest = await shop.ask('/v2/orders', { body: bodyForV2(order), key: idempotency_key });
    const again = await client.placeOrder({ idempotency_key, order: messageOf(order) });
    expect([rest.status, again.replayed, again.order.id]).toEqual([201, true, rest.json.id]);
    const stream = client.placeOrders();
    stream.write({ idempotency_key, order: messageOf(order) });
    stream.end();
    const [answer] = await take(stream);
    expect(answer.placed).toMatchObject({ order_id: rest.json.id, replayed: true });
  });

  test('reports the member that another order under its key changed', async () => {
    const idempotency_key = randomUUID();
    const order = aWholeOrder();
    await client.placeOrder({ idempotency_key, order: messageOf(order) });
    const other = messageOf({ ...order, tags: ['gift'] });
    const { details } = await failureOf(client.placeOrder({ idempotency_key, order: other }));
    expect(details['BadRequest'].field_violations[0].field).toBe('order.tags[1]');
  });
});

test('a guest has no customer id, and a line may have no SKU, in orders and events', async () => {
  const order = { currency: 'EUR', lines: [{ name: 'Kelp', quantity: 1, unit_price: 5 }] };
  const placed = await client.placeOrder({ idempotency_key: randomUUID(), order });
  expect([placed.order.customer_id, placed.order.lines[0].sku]).toEqual(['', '']);
  const rest = await shop.ask(`/v2/orders/${placed.order.id}`);
  expect([rest.json.customer_id, rest.json.lines[0].sku]).toEqual([null, null]);
  const [event] = await eventsAfter(placed.position - 1, 1);
  expect([event.order_placed.customer_id, event.order_placed.lines[0].sku]).toEqual(['', '']);
});

describe('a name that another order has', () => {
  test.each([
    ['reference', 'order_reference_taken', () => ({ reference: randomUUID() })],
    ['number', 'order_number_taken', () => ({ number: randomUUID() })],
  ] as const)('%s: the answer names that order', async (member, code, named) => {
    const order = anOrder(named());
    const { order: first } = await client.placeOrder({ idempotency_key: randomUUID(), order });
    const failure = await failureOf(client.placeOrder({ idempotency_key: randomUUID(), order }));
    // Never ALREADY_EXISTS, which clients treat as success.
    expect(failure.code).toBe(status.FAILED_PRECONDITION);
    expect(failure.details['ErrorInfo']).toMatchObject({
      reason: code.toUpperCase(),
      metadata: { code, retry: 'never', order_id: first.id },
    });
    expect(failure.details['BadRequest'].field_violations[0].field).toBe(`order.${member}`);
    const stream = client.placeOrders();
    stream.write({ idempotency_key: randomUUID(), order });
    stream.end();
    const [{ refused }] = await take(stream);
    expect(unpacked(refused).details['ErrorInfo'].metadata.order_id).toBe(first.id);
  });
});

/** Writes through REST. @returns the answer's document */
async function record(path: string, body: object) {
  const { status, json } = await shop.ask(`/v2/orders/${path}`, { body });
  expect([path, status, status < 300 ? undefined : json]).toEqual([path, expect.any(Number), undefined]);
  return json;
}
/** Patches an order at its first version. */
async function update(id: string, patch: object): Promise<void> {
  const headers = { 'Content-Type': 'application/merge-patch+json', 'If-Match': '"1"' };
  const answer = await shop.ask(`/v2/orders/${id}`, { method: 'PATCH', headers, body: patch });
  expect([answer.status, answer.json]).toEqual([200, expect.anything()]);
}
const eur = (amount: number) => ({ amount, currency: 'EUR' });

/** Two orders with events of every type. @returns their ids */
async function livesOfAllTypes(): Promise<string[]> {
  const at = (day: number) => `2020-02-0${day}T10:00:00.000Z`;
  const { order } = await client.placeOrder({
    idempotency_key: randomUUID(),
    order: messageOf(aWholeOrder()),
  });
  const { id } = order;
  await update(id, {
    billing_address: null,
    email: null,
    note: 'Ring once.',
    tags: ['late'],
    metadata: { channel: null },
  });
  const held = await record(`${id}/holds`, { reason: 'Looks odd', held_at: at(1) });
  await record(`${id}/holds/${held.id}/release`, { reason: 'Is fine' });
  const first = await record(`${id}/authorizations`, {
    amount: eur(3_820),
    method: 'card',
    provider: 'pay-inc',
    reference: randomUUID(),
    authorized_at: at(2),
  });
  await record(`${id}/edits`, {
    cancel: [{ line_id: 'line_2', quantity: 1 }],
    add: [{ name: 'Kelp, pressed', quantity: 1, unit_price: eur(300), tax: eur(30), metadata: { lot: '9' } }],
    charges: [{ kind: 'gift_wrap', price: eur(100) }],
    reason: 'Wanted another one',
    edited_at: at(3),
  });
  const paid = await record(`${id}/payments`, {
    amount: eur(3_000),
    authorization_id: first.id,
    provider: 'pay-inc',
    reference: randomUUID(),
    paid_at: at(4),
  });
  await record(`${id}/authorizations/${first.id}/void`, { reason: 'Paid by transfer', voided_at: at(4) });
  await record(`${id}/payments/${paid.id}/reversal`, { amount: eur(500), reason: 'Chargeback' });
  await record(`${id}/shipments`, {
    lines: [{ line_id: 'line_1', quantity: 2 }],
    carrier: 'Kelp Post',
    shipped_at: at(5),
  });
  await record(`${id}/returns`, { lines: [{ line_id: 'line_1', quantity: 1 }], reason: 'Too salty' });
  await record(`${id}/refunds`, {
    amount: eur(700),
    lines: [{ line_id: 'line_1', quantity: 1 }],
    charges: [{ charge_id: 'charge_1', amount: eur(100) }],
    adjustment: eur(600 - PART_OF_LINE_1),
    reason: 'Too salty',
    payment_id: paid.id,
    refunded_at: at(6),
  });
  await record(`${id}/shipments`, {
    lines: [
      { line_id: 'line_2', quantity: 3 },
      { line_id: 'line_4', quantity: 1 },
    ],
  });
  await record(`${id}/completion`, { note: 'Period over', completed_at: at(7) });
  const other = await client.placeOrder({ idempotency_key: randomUUID(), order: anOrder() });
  await record(`${other.order.id}/cancellation`, { reason: 'Changed my mind', cancelled_at: at(7) });
  return [id, other.order.id];
}
/** Of one of two pieces: half of 1,000 − 100 − 93 of the order's discounts + 63 of tax. */
const PART_OF_LINE_1 = 435;

test('GetOrder and WatchEvents show what REST shows, for events of all types', async () => {
  const ids = await livesOfAllTypes();
  const pages = await Promise.all(ids.map((id) => shop.ask(`/v2/orders/${id}/events?limit=100`)));
  const rest = pages.flatMap(({ json }) => json.data);
  expect(new Set(rest.map(({ type }: { type: string }) => type))).toEqual(
    new Set(EVENT_TYPES.filter((type) => type !== 'CustomerErased')), // of no order
  );
  const events = await eventsAfter(rest[0].position - 1, rest.length);
  for (const [n, event] of events.entries()) {
    const { data, type, ...head } = rest[n];
    const name = type.replaceAll(/(?<=.)[A-Z]/g, (letter: string) => `_${letter}`).toLowerCase();
    expect([n, event.data]).toEqual([n, name]);
    expect(plain(event)).toMatchObject(plain(head) as object);
    expect({ [type]: plain(event[name]) }).toMatchObject({ [type]: withPatch(plain(data), data) });
  }
  for (const id of ids) {
    const { order } = await client.getOrder({ order_id: id });
    expect(plain(order)).toMatchObject(plain((await shop.ask(`/v2/orders/${id}`)).json) as object);
  }
});

/** A Struct is a message of its own; its `null` counts. */
const withPatch = (spelled: unknown, { patch }: { patch?: unknown }) =>
  patch === undefined ? spelled : { ...(spelled as object), patch: expect.anything() };

test('a patch shows the members that it removes', async () => {
  const { order, position } = await client.placeOrder({
    idempotency_key: randomUUID(),
    order: messageOf(aWholeOrder()),
  });
  await update(order.id, { email: null, tags: null, note: 'Ring once.' });
  const [event] = await eventsAfter(position, 1, ['EVENT_TYPE_ORDER_UPDATED']);
  const { patch, email, note, tags } = event.order_updated;
  expect(Object.keys(patch.fields).toSorted()).toEqual(['email', 'note', 'tags']);
  expect(patch.fields.email.kind).toBe('nullValue');
  expect([email, note, tags]).toEqual([undefined, 'Ring once.', []]);
});
