/** What version 1 shows of orders that only version 2 can place and change. */
import { describe, expect, test } from '@jest/globals';
import { openReceiver } from '../../workers/receiver.ts';
import { until } from '../../setup/shop.ts';
import { eur, kelp, openOrders, outcome, pieces } from './shop-orders.ts';

const { ask, placed, act, read, shop } = openOrders({ HOLDFAST_WEBHOOK_LOOPBACK: 'on' });

const FIRST_TYPES = new Set([
  'OrderPlaced',
  'OrderUpdated',
  'PaymentRecorded',
  'ItemsShipped',
  'ItemsReturned',
  'RefundRecorded',
  'OrderCancelled',
  'OrderCompleted',
]);
const ORDER_MEMBERS = [
  'id',
  'status',
  'customer_id',
  'currency',
  'lines',
  'total',
  'amount_paid',
  'amount_refunded',
  'shipping_address',
  'metadata',
  'version',
  'placed_at',
  'updated_at',
];
const address = { name: 'Ada', line1: '3 Harbour Row', city: 'Galway', country: 'IE' };

describe('version 1 shows', () => {
  test('a guest, a line without SKU, and the total with tax, charges and discounts', async () => {
    const order = await placed({
      customer_id: null,
      email: 'a@b.ie',
      series: 'W-',
      lines: [{ name: 'Kelp', quantity: 2, unit_price: eur(450), tax: eur(100), ships: false }],
      discounts: [{ name: 'Voucher', amount: eur(50) }],
      charges: [{ kind: 'shipping', price: eur(500) }],
      rounding: eur(-1),
      shipping_address: { ...address, company: 'Kelp Ltd', line3: 'Third bell', phone: '1' },
    });
    const shown = await read(order, 'v1');
    expect(Object.keys(shown).toSorted()).toEqual(ORDER_MEMBERS.toSorted());
    expect(shown).toMatchObject({
      status: 'placed',
      customer_id: 'guest',
      currency: 'EUR',
      lines: [{ id: 'line_1', sku: '-', name: 'Kelp', quantity: 2, unit_price: 450, total: 900 }],
      total: 900 + 100 - 50 + 500 - 1,
      shipping_address: address,
    });
    const [{ data }] = (await ask(`/v1/orders/${order}/events`)).json.data;
    expect(data).toMatchObject({ customer_id: 'guest', total: 1_449, shipping_address: address });
    const paid = await ask(`/v1/orders/${order}/payments`, { body: { amount: 1_449 } });
    expect([paid.status, (await read(order, 'v1')).status]).toEqual([201, 'paid']);
  });

  test('what is to be paid after an edit, and the total of a cancelled order', async () => {
    const edited = await placed({}, [
      'edits',
      { cancel: pieces(1), add: [{ ...kelp, quantity: 1, unit_price: eur(100) }] },
    ]);
    expect(await read(edited, 'v1')).toMatchObject({ total: 550, lines: [{ quantity: 2 }, { quantity: 1 }] });
    const cancelled = await placed({}, ['cancellation']);
    expect(await read(cancelled, 'v1')).toMatchObject({ total: 900, status: 'cancelled' });
  });

  test('statuses by the same fold, where cancelled pieces count as shipped', async () => {
    const order = await placed({}, ['payments', { amount: eur(900) }]);
    const status = async () => (await read(order, 'v1')).status;
    await act(order, 'holds', { reason: 'x' });
    expect(await status()).toBe('paid');
    const held = await ask(`/v1/orders/${order}/shipments`, { body: { lines: pieces(1) } });
    expect([outcome(held), held.json.retry]).toEqual(['409 order_on_hold', 'after_change']);
    const [{ id }] = (await ask(`/v2/orders/${order}/holds`)).json.data;
    await act(order, `holds/${id}/release`);
    await ask(`/v1/orders/${order}/shipments`, { body: { lines: pieces(1) } });
    expect(await status()).toBe('partially_shipped');
    await act(order, 'edits', { cancel: pieces(1) });
    expect(await status()).toBe('shipped');
    const done = await ask(`/v1/orders/${order}/completion`, { body: {} });
    expect([done.status, await status()]).toEqual([201, 'completed']);
  });

  test('authorizations and reversals as nothing, captures as payments', async () => {
    const order = await placed();
    const { json } = await act(order, 'authorizations', { amount: eur(900) });
    expect(await read(order, 'v1')).toMatchObject({ status: 'placed', amount_paid: 0, version: 2 });
    const { json: capture } = await act(order, 'payments', {
      amount: eur(900),
      authorization_id: json.id,
      provider: 'stripe',
      reference: 'ch_1',
    });
    expect((await ask(`/v1/orders/${order}/payments/${capture.id}`)).json).toEqual({
      id: capture.id,
      order_id: order,
      amount: 900,
      currency: 'EUR',
      method: null,
      reference: 'ch_1',
      paid_at: capture.paid_at,
    });
    await act(order, `payments/${capture.id}/reversal`);
    expect(await read(order, 'v1')).toMatchObject({ amount_paid: 900, amount_refunded: 0, version: 4 });
    expect((await ask(`/v1/orders/${order}/payments`, { body: { amount: 900 } })).status).toBe(201);
  });

  test('a refund with parts as its amount', async () => {
    const order = await placed({}, ['payments', { amount: eur(900) }]);
    const { json } = await act(order, 'refunds', { amount: eur(100), adjustment: eur(100), provider: 'p' });
    expect((await ask(`/v1/orders/${order}/refunds/${json.id}`)).json).toEqual({
      id: json.id,
      order_id: order,
      amount: 100,
      currency: 'EUR',
      reason: null,
      reference: null,
      refunded_at: json.refunded_at,
    });
  });

  test('a patch of later members as one that changes nothing', async () => {
    const order = await placed();
    const given = {
      method: 'PATCH',
      headers: { 'If-Match': '*', 'Content-Type': 'application/merge-patch+json' },
    };
    await ask(`/v2/orders/${order}`, { ...given, body: { email: 'a@b.ie', tags: ['x'] } });
    await ask(`/v2/orders/${order}`, {
      ...given,
      body: { shipping_address: { ...address, company: 'x' }, note: 'y' },
    });
    const { data } = (await ask(`/v1/orders/${order}/events`)).json;
    expect(data.slice(1).map((event: { data: object }) => event.data)).toEqual([
      { patch: { metadata: {} }, shipping_address: null, metadata: {} },
      { patch: { shipping_address: address }, shipping_address: address, metadata: {} },
    ]);
  });
});

/** An order with each event type. */
async function wholeLife(given: { apiKey: string }): Promise<string> {
  const made = await ask('/v2/orders', { body: { lines: [kelp] }, ...given });
  const order = made.json.id as string;
  const run = async (noun: string, body: object = {}) => {
    const { status, json } = await act(order, noun, body, given);
    if (status !== 201) throw new Error(`${noun}: ${JSON.stringify(json)}`);
    return json.id as string;
  };
  const authorization = await run('authorizations', { amount: eur(900) });
  await run(`authorizations/${authorization}/void`);
  const payment = await run('payments', { amount: eur(900) });
  await run(`payments/${payment}/reversal`, { amount: eur(100) });
  await run('payments', { amount: eur(100) });
  await run('edits', { charges: [{ kind: 'tip', price: eur(0) }] });
  const hold = await run('holds', { reason: 'x' });
  await run(`holds/${hold}/release`);
  await run('shipments', { lines: pieces(2) });
  await run('returns', { lines: pieces(1) });
  await run('refunds', { amount: eur(450), lines: pieces(1) });
  await run('completion');
  return order;
}

interface Shown {
  type: string;
  version: number;
}
const typesOf = (events: Shown[]) => [...new Set(events.map(({ type }) => type))].toSorted();

describe('the later event types', () => {
  test('are in the feed and the history of version 2, and not in those of version 1', async () => {
    const given = { apiKey: (await shop().addTenant()).apiKey };
    const order = await wholeLife(given);
    const all: Shown[] = (await ask('/v2/events?limit=100', given)).json.data;
    expect(all).toHaveLength(13);
    const feed = await ask('/v1/events?limit=100', given);
    const first: Shown[] = feed.json.data;
    expect(typesOf(first).every((type) => FIRST_TYPES.has(type))).toBe(true);
    expect(first.map(({ version }) => version)).toEqual(
      all.filter(({ type }) => FIRST_TYPES.has(type)).map(({ version }) => version),
    );
    expect((await ask(`/v1/orders/${order}/events?limit=100`, given)).json.data).toEqual(first);
    expect((await ask(`/v2/orders/${order}/events?limit=100`, given)).json.data).toEqual(all);
    // The end of a page that shows none of its events is not the end of the feed.
    const pages: Shown[] = [];
    for (let cursor = ''; ;) {
      const { json } = await ask(`/v1/events?limit=1${cursor}`, given);
      pages.push(...json.data);
      if (!json.has_more) break;
      cursor = `&cursor=${json.next_cursor}`;
    }
    expect(pages).toEqual(first);
    const filtered = await ask('/v1/events?types=HoldPlaced', given);
    expect(outcome(filtered)).toBe('400 invalid_parameter');
    expect((await ask('/v2/events?types=HoldPlaced', given)).json.data).toHaveLength(1);
  });

  test('are sent to an endpoint of version 2, and not to one of version 1', async () => {
    const given = { apiKey: (await shop().addTenant()).apiKey };
    const [first, second] = [await openReceiver(), await openReceiver()];
    const endpoints = [
      `/v1/webhook-endpoints/${(await ask('/v1/webhook-endpoints', { body: { url: first.url }, ...given })).json.id}`,
      `/v2/webhook-endpoints/${(await ask('/v2/webhook-endpoints', { body: { url: second.url }, ...given })).json.id}`,
    ];
    await wholeLife(given);
    const all: Shown[] = (await ask('/v2/events?limit=100', given)).json.data;
    await until(() => second.messages.length >= all.length);
    expect(typesOf(second.messages.map(({ json }) => json.data))).toEqual(typesOf(all));
    const known = all.filter(({ type }) => FIRST_TYPES.has(type));
    await until(() => first.messages.length >= known.length);
    expect(first.types().toSorted()).toEqual(known.map(({ type }) => type).toSorted());
    for (const { json } of first.messages) expect(json.data.data).not.toHaveProperty('provider');
    for (const path of endpoints) await ask(path, { method: 'DELETE', ...given });
    await Promise.all([first.close(), second.close()]);
  });

  test('of an endpoint are not shown in version 1', async () => {
    const make = async (event_types: string[]) =>
      (await ask('/v2/webhook-endpoints', { body: { url: 'https://r.invalid', event_types } })).json.id;
    const [mixed, later] = [await make(['OrderPlaced', 'HoldPlaced']), await make(['HoldPlaced'])];
    const shown = async (id: string) =>
      (await ask(`/v1/webhook-endpoints/${id}`)).json.event_types as string[] | null;
    expect([await shown(mixed), await shown(later)]).toEqual([['OrderPlaced'], null]);
    const list = (await ask('/v1/webhook-endpoints')).json.data;
    expect(list.map(({ event_types }: { event_types: unknown }) => event_types)).toEqual([
      ['OrderPlaced'],
      null,
    ]);
    // A change through version 1 keeps the types that it does not show.
    await ask(`/v1/webhook-endpoints/${mixed}`, {
      method: 'PATCH',
      body: { description: 'x' },
      headers: { 'If-Match': '*', 'Content-Type': 'application/merge-patch+json' },
    });
    const { json } = await ask(`/v2/webhook-endpoints/${mixed}`);
    expect(json.event_types).toEqual(['OrderPlaced', 'HoldPlaced']);
    for (const id of [mixed, later]) await ask(`/v2/webhook-endpoints/${id}`, { method: 'DELETE' });
  });
});

describe('the receipt of a later command', () => {
  test('has its event in version 2, and none in version 1', async () => {
    const order = await placed();
    const { json, headers } = await act(order, 'holds', { reason: 'x' }, { key: 'held' });
    const receipt = (await ask('/v2/idempotency-keys/held')).json;
    expect(receipt).toMatchObject({
      order_id: order,
      version: 2,
      status: 201,
      event: { type: 'HoldPlaced', id: json.id.replace('hld_', 'evt_'), data: { reason: 'x' } },
    });
    const first = await ask('/v1/idempotency-keys/held');
    const { proof: _proof, ...ofBoth } = receipt;
    expect([first.status, first.json]).toEqual([200, { ...ofBoth, event: null }]);
    expect(first.headers.get('holdfast-position')).toBe(headers.get('holdfast-position'));
  });

  test.each<[noun: string, body: object, type: string]>([
    ['authorizations', { amount: eur(1) }, 'AuthorizationRecorded'],
    ['edits', { cancel: pieces(1) }, 'OrderEdited'],
    ['payments', { amount: eur(900), accept_excess: true }, 'PaymentRecorded'],
  ])('of %s names its event and position', async (noun, body, type) => {
    const { headers } = await act(await placed(), noun, body, { key: `receipt-${noun}` });
    const { json } = await ask(`/v2/idempotency-keys/receipt-${noun}`);
    expect([json.event.type, String(json.event.position)]).toEqual([type, headers.get('holdfast-position')]);
  });
});
