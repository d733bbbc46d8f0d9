/** Two API versions over one log. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Shop, anOrder, openShop } from '../setup/shop.ts';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.close());

const eur = (amount: number) => ({ amount, currency: 'EUR' });
const line = { sku: 'KELP-1', name: 'Kelp, dried', quantity: 2, unit_price: eur(450) };
const v2Order = (change: Record<string, unknown> = {}) => ({
  customer_id: 'cus_1',
  lines: [line],
  ...change,
});

/** A line and an order of v2 that use nothing but these members. */
const shownLine = {
  ...line,
  id: 'line_1',
  total: eur(900),
  discount: eur(0),
  tax: eur(0),
  taxes: [],
  amount: eur(900),
  ships: true,
  reference: null,
  metadata: {},
};
const plainMembers = {
  number: null,
  reference: null,
  customer_id: 'cus_1',
  email: null,
  phone: null,
  lines: [shownLine],
  charges: [],
  prices_include_tax: false,
  discounts: [],
  taxes: [],
  rounding: eur(0),
  discount_total: eur(0),
  tax_total: eur(0),
  charge_total: eur(0),
  total: eur(900),
  payment_terms: 'prepaid',
  shipping_address: null,
  billing_address: null,
  note: null,
  tags: [],
  metadata: {},
};

describe('an order', () => {
  test('that is placed through one version can be read through the other', async () => {
    const one = await shop.ask('/v1/orders', { body: anOrder() });
    const two = await shop.ask('/v2/orders', { body: v2Order() });
    expect((await shop.ask(`/v2/orders/${one.json.id}`)).json).toEqual({
      id: one.json.id,
      payment_status: 'unpaid',
      fulfillment_status: 'unfulfilled',
      on_hold: false,
      ready_to_ship: false,
      ...plainMembers,
      lines: [{ ...shownLine, quantity_shipped: 0, quantity_returned: 0, quantity_cancelled: 0 }],
      ordered_at: one.json.placed_at,
      amount_authorized: eur(0),
      amount_paid: eur(0),
      amount_reversed: eur(0),
      amount_refunded: eur(0),
      amount_cancelled: eur(0),
      amount_returned: eur(0),
      amount_adjusted: eur(0),
      amount_due: eur(900),
      version: 1,
      placed_at: one.json.placed_at,
      updated_at: one.json.updated_at,
    });
    const { id: _id, placed_at: _at, updated_at: _then, ...rest } = one.json;
    expect((await shop.ask(`/v1/orders/${two.json.id}`)).json).toMatchObject(rest);
    expect(two.headers.get('location')).toBe(`/v2/orders/${two.json.id}`);
  });

  test('is paid, shipped and refunded through either, and each version has its own format', async () => {
    const { json } = await shop.ask('/v2/orders', { body: v2Order() });
    const [one, two] = [`/v1/orders/${json.id}`, `/v2/orders/${json.id}`];
    const statuses = async () => {
      const { status } = (await shop.ask(one)).json;
      const { payment_status, fulfillment_status } = (await shop.ask(two)).json;
      return [status, payment_status, fulfillment_status];
    };
    const paid = await shop.ask(`${two}/payments`, { body: { amount: eur(400), method: 'card' } });
    expect(paid.json).toMatchObject({ amount: eur(400), method: 'card', order_id: json.id });
    expect(await statuses()).toEqual(['placed', 'partially_paid', 'unfulfilled']);
    await shop.ask(`${one}/payments`, { body: { amount: 500 } });
    expect(await statuses()).toEqual(['paid', 'paid', 'unfulfilled']);
    await shop.ask(`${two}/shipments`, { body: { lines: [{ line_id: 'line_1', quantity: 1 }] } });
    expect(await statuses()).toEqual(['partially_shipped', 'paid', 'partially_shipped']);
    // A refund without a purpose is due again while pieces are open.
    await shop.ask(`${one}/refunds`, { body: { amount: 100 } });
    expect(await statuses()).toEqual(['partially_shipped', 'partially_paid', 'partially_shipped']);
    await shop.ask(`${two}/payments`, { body: { amount: eur(100) } });
    await shop.ask(`${two}/refunds`, { body: { amount: eur(100), adjustment: eur(100) } });
    expect(await statuses()).toEqual(['partially_shipped', 'partially_refunded', 'partially_shipped']);
    await shop.ask(`${one}/refunds`, { body: { amount: 800 } });
    expect(await statuses()).toEqual(['partially_shipped', 'refunded', 'partially_shipped']);
    const { json: payments } = await shop.ask(`${one}/payments`);
    expect(
      payments.data.map(({ amount, currency }: { amount: number; currency: string }) => [amount, currency]),
    ).toEqual([
      [400, 'EUR'],
      [500, 'EUR'],
      [100, 'EUR'],
    ]);
    const { json: events } = await shop.ask(`${two}/events`);
    expect(
      events.data.map(({ type, data }: { type: string; data: object }) => [type, data]).slice(0, 2),
    ).toEqual([
      ['OrderPlaced', { ...plainMembers, ordered_at: json.placed_at }],
      [
        'PaymentRecorded',
        { amount: eur(400), method: 'card', reference: null, provider: null, authorization_id: null },
      ],
    ]);
  });
});

describe('an idempotency key', () => {
  test('that was used on one version replays on the other, in the format of that version', async () => {
    const first = await shop.ask('/v1/orders', { body: anOrder(), key: 'across' });
    const again = await shop.ask('/v2/orders', { body: v2Order(), key: 'across' });
    expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([201, 'true']);
    expect([again.json.id, again.json.total]).toEqual([first.json.id, eur(900)]);
    const pay = { key: 'across-pay' };
    await shop.ask(`/v2/orders/${first.json.id}/payments`, { body: { amount: eur(5) }, ...pay });
    const paid = await shop.ask(`/v1/orders/${first.json.id}/payments`, { body: { amount: 5 }, ...pay });
    expect([paid.headers.get('idempotent-replayed'), paid.json.amount]).toEqual(['true', 5]);
    expect((await shop.ask(`/v1/orders/${first.json.id}`)).json.version).toBe(2);
  });

  test('for another request is 422, with pointers into the sent body', async () => {
    await shop.ask('/v1/orders', { body: anOrder(), key: 'across-other' });
    const other = await shop.ask('/v2/orders', {
      body: v2Order({ lines: [{ ...line, unit_price: { amount: 451, currency: 'USD' } }] }),
      key: 'across-other',
    });
    expect(other.json.code).toBe('idempotency_key_reused');
    expect(other.json.errors.map(({ pointer }: { pointer: string }) => pointer).sort()).toEqual([
      '/lines/0/unit_price/amount',
      '/lines/0/unit_price/currency',
    ]);
  });
});

describe('money in version 2', () => {
  const pointers = (json: { errors: { pointer: string }[] }) => json.errors.map(({ pointer }) => pointer);

  test('has one currency an order', async () => {
    const mixed = v2Order({ lines: [line, { ...line, unit_price: { amount: 1, currency: 'USD' } }] });
    const { status, json } = await shop.ask('/v2/orders', { body: mixed });
    expect([status, pointers(json)]).toEqual([422, ['/lines/1/unit_price/currency']]);
    const none = v2Order({ lines: [{ ...line, unit_price: { amount: 1, currency: 'XXX' } }] });
    expect(pointers((await shop.ask('/v2/orders', { body: none })).json)).toEqual([
      '/lines/0/unit_price/currency',
    ]);
  });

  test('of a payment or a refund is in the currency of the order, in repeats too', async () => {
    const { json: order } = await shop.ask('/v2/orders', { body: v2Order() });
    const pay = (currency: string, key?: string) =>
      shop.ask(`/v2/orders/${order.id}/payments`, {
        body: { amount: { amount: 900, currency } },
        ...(key && { key }),
      });
    const wrong = await pay('USD');
    expect([wrong.status, pointers(wrong.json)]).toEqual([422, ['/amount/currency']]);
    expect((await pay('EUR', 'in-eur')).status).toBe(201);
    expect((await pay('USD', 'in-eur')).status).toBe(422);
    const over = await shop.ask(`/v2/orders/${order.id}/refunds`, { body: { amount: eur(901) } });
    expect([over.json.code, pointers(over.json)]).toEqual(['refund_exceeds_paid', ['/amount/amount']]);
  });

  test('of a batch has the format of a single order', async () => {
    const orders = [
      { idempotency_key: 'v2-batch-1', order: v2Order() },
      { idempotency_key: 'v2-batch-2', order: v2Order({ lines: [{ ...line, unit_price: 450 }] }) },
      { idempotency_key: 'v2-batch-3', order: { lines: 'x' } },
    ];
    const { json } = await shop.ask('/v2/order-batches', { body: { orders }, key: null });
    expect(json.data[0].order.total).toEqual(eur(900));
    expect(pointers(json.data[1].problem)).toEqual(['/lines/0/unit_price']);
    expect(json.data[2].status).toBe(422);
  });
});

describe('the list of version 2', () => {
  test('filters by payment status and fulfilment status', async () => {
    const list = await openShop();
    const place = async () => (await list.ask('/v2/orders', { body: v2Order() })).json.id as string;
    const act = (id: string, noun: string, body: object) => list.ask(`/v2/orders/${id}/${noun}`, { body });
    const [unpaid, partly, paid, shipped, cancelled] = [
      await place(),
      await place(),
      await place(),
      await place(),
      await place(),
    ];
    await act(partly!, 'payments', { amount: eur(1) });
    for (const id of [paid!, shipped!]) await act(id, 'payments', { amount: eur(900) });
    await act(shipped!, 'shipments', { lines: [{ line_id: 'line_1', quantity: 2 }] });
    const { headers } = await act(cancelled!, 'cancellation', {});
    const ids = async (query: string) => {
      const answer = await list.ask(`/v2/orders?order=asc&${query}`, {
        headers: { 'Holdfast-Read-After': headers.get('holdfast-position')! },
      });
      return answer.json.data.map(({ id }: { id: string }) => id);
    };
    expect(await ids('payment_status=unpaid')).toEqual([unpaid, cancelled]);
    expect(await ids('payment_status=partially_paid')).toEqual([partly]);
    expect(await ids('payment_status=paid')).toEqual([paid, shipped]);
    expect(await ids('fulfillment_status=unfulfilled')).toEqual([unpaid, partly, paid]);
    expect(await ids('fulfillment_status=shipped&payment_status=paid')).toEqual([shipped]);
    expect(await ids('fulfillment_status=cancelled')).toEqual([cancelled]);
    const page = await list.ask('/v2/orders?payment_status=unpaid&limit=1&order=asc');
    const cursor = page.json.next_cursor as string;
    expect(
      (await list.ask(`/v2/orders?payment_status=paid&limit=1&order=asc&cursor=${cursor}`)).json.code,
    ).toBe('invalid_cursor');
    await list.close();
  });

  test('finds each order by the statuses that its document has', async () => {
    const { apiKey } = await shop.addTenant();
    const act = (id: string, noun: string, body: object) =>
      shop.ask(`/v2/orders/${id}/${noun}`, { body, apiKey });
    const pieces = [{ line_id: 'line_1', quantity: 1 }];
    const LIVES: [noun: string, body: object][][] = [
      [],
      [['authorizations', { amount: eur(900) }]],
      [['payments', { amount: eur(400) }]],
      [['payments', { amount: eur(900) }]],
      [
        ['payments', { amount: eur(900) }],
        ['refunds', { amount: eur(900) }],
      ],
      [
        ['payments', { amount: eur(900) }],
        ['refunds', { amount: eur(100), adjustment: eur(100) }],
      ],
      [
        ['payments', { amount: eur(900) }],
        ['shipments', { lines: pieces }],
        ['edits', { cancel: pieces }],
        ['completion', {}],
      ],
      [
        ['payments', { amount: eur(900) }],
        ['shipments', { lines: pieces }],
        ['edits', { charges: [{ kind: 'fee', price: eur(50) }] }],
      ],
      [
        ['payments', { amount: eur(900) }],
        ['shipments', { lines: [{ line_id: 'line_1', quantity: 2 }] }],
      ],
      [['cancellation', {}]],
      [
        ['payments', { amount: eur(900) }],
        ['cancellation', {}],
        ['refunds', { amount: eur(900) }],
      ],
    ];
    const orders: { id: string; payment_status: string; fulfillment_status: string }[] = [];
    for (const life of LIVES) {
      const { id } = (await shop.ask('/v2/orders', { body: v2Order(), apiKey })).json;
      for (const [noun, body] of life) expect((await act(id, noun, body)).status).toBe(201);
      orders.push((await shop.ask(`/v2/orders/${id}`, { apiKey })).json);
    }
    const last = await shop.ask('/v2/orders', { body: v2Order({ customer_id: 'other' }), apiKey });
    for (const name of ['payment_status', 'fulfillment_status'] as const) {
      const statuses = [...new Set(orders.map((order) => order[name]))];
      expect(statuses.length).toBeGreaterThan(4);
      for (const status of statuses) {
        const { json } = await shop.ask(`/v2/orders?customer_id=cus_1&order=asc&${name}=${status}`, {
          apiKey,
          headers: { 'Holdfast-Read-After': last.headers.get('holdfast-position')! },
        });
        const found = json.data.map(({ id }: { id: string }) => id);
        const expected = orders.filter((order) => order[name] === status).map(({ id }) => id);
        expect([status, found]).toEqual([status, expected]);
      }
    }
  });
});
