/**
 * The fields and headers that a storefront relies on, and no others.
 *
 * Additions to the API pass; removals and changes of meaning fail.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Answer, type Shop, openShop, send } from '../setup/shop.ts';

const EUR = (amount: number) => ({ amount, currency: 'EUR' });
const basket = (customer = 'cus_4711') => ({
  customer_id: customer,
  lines: [{ sku: 'KELP-1', name: 'Kelp, dried', quantity: 2, unit_price: EUR(450) }],
});

/** The members of an order that the storefront uses. */
interface OrderPage {
  id: string;
  due: number;
  paid: boolean;
  shipped: boolean;
  over: boolean;
}

/** Reads a response as the storefront does: it ignores unknown members. */
function orderPage(order: Answer['json']): OrderPage {
  return {
    id: order.id,
    due: order.total.amount - order.amount_paid.amount,
    paid: order.payment_status === 'paid',
    shipped: order.fulfillment_status === 'shipped',
    over: ['completed', 'cancelled'].includes(order.fulfillment_status),
  };
}

/** The storefront's next step, by the member `retry` of a problem alone. */
function nextStep({
  status,
  json,
  headers,
}: Answer): 'done' | 'give up' | 'reload' | { resendAfter: number } {
  if (status < 400) return 'done';
  if (json.retry === 'same_key') return { resendAfter: 1 };
  if (json.retry === 'same_key_after') return { resendAfter: Number(headers.get('retry-after')) };
  return ['after_change', 'after_refetch'].includes(json.retry) ? 'reload' : 'give up';
}

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.close());

const place = (key: string = randomUUID(), body: object = basket()) => shop.ask('/v2/orders', { body, key });
const placed = async (customer?: string) => (await place(randomUUID(), basket(customer))).json.id as string;
const pay = (order: string, amount: number, key: string = randomUUID()) =>
  shop.ask(`/v2/orders/${order}/payments`, { body: { amount: EUR(amount) }, key });

describe('when a customer checks out, the storefront relies on', () => {
  test('an order with an id, a Location and a computed total', async () => {
    const { status, headers, json } = await place();
    expect(status).toBe(201);
    expect(headers.get('location')).toBe(`/v2/orders/${json.id}`);
    expect(json).toMatchObject({
      total: EUR(900),
      payment_status: 'unpaid',
      fulfillment_status: 'unfulfilled',
    });
  });

  test('the same response to a repeat with the same key, marked as a replay', async () => {
    const key = randomUUID();
    const first = await place(key);
    const second = await place(key);
    expect(second).toMatchObject({ status: 201, json: { id: first.json.id } });
    expect([first, second].map(({ headers }) => headers.get('idempotent-replayed'))).toEqual([null, 'true']);
  });

  test('one order, even if several of its servers send it at once', async () => {
    const key = randomUUID();
    const answers = await Promise.all(Array.from({ length: 5 }, () => place(key)));
    expect(new Set(answers.map(({ json }) => json.id)).size).toBe(1);
  });

  test('a refusal of a key that belongs to another basket', async () => {
    const key = randomUUID();
    await place(key);
    const other = await place(key, basket('cus_other'));
    expect(other).toMatchObject({ status: 422, json: { code: 'idempotency_key_reused' } });
    expect(nextStep(other)).toBe('give up');
  });

  test('the pointer of an invalid field, and retry never', async () => {
    const wrong = await place(randomUUID(), { ...basket(), customer_id: '' });
    expect(wrong).toMatchObject({
      status: 422,
      json: {
        code: 'invalid_body',
        errors: expect.arrayContaining([expect.objectContaining({ pointer: '/customer_id' })]),
      },
    });
    expect(nextStep(wrong)).toBe('give up');
  });

  test('Retry-After once its quota is used up, and a success after that', async () => {
    const busy = await openShop({ HOLDFAST_RATE_LIMIT_WRITE: '1/1' });
    try {
      const buy = (key: string) => busy.ask('/v2/orders', { body: basket(), key });
      const keys = Array.from({ length: 3 }, () => randomUUID());
      const answers = await Promise.all(keys.map(buy));
      const late = answers.findIndex(({ status }) => status === 429);
      expect(answers[late]).toMatchObject({ json: { code: 'rate_limited', retry: 'same_key_after' } });
      const step = nextStep(answers[late]!);
      expect(step).toEqual({ resendAfter: expect.any(Number) });
      await sleep((step as { resendAfter: number }).resendAfter * 1000);
      expect((await buy(keys[late]!)).status).toBe(201);
    } finally {
      await busy.close();
    }
  });
});

describe('when a customer looks at their orders, the storefront relies on', () => {
  test('reading an order right after it was placed', async () => {
    const id = await placed();
    expect(orderPage((await shop.ask(`/v2/orders/${id}`)).json)).toEqual({
      id,
      due: 900,
      paid: false,
      shipped: false,
      over: false,
    });
  });

  test('a list that contains the order just placed, with Holdfast-Read-After', async () => {
    const { json, headers } = await place(randomUUID(), basket('cus_reader'));
    const list = await shop.ask('/v2/orders?customer_id=cus_reader', {
      headers: { 'Holdfast-Read-After': headers.get('holdfast-position')! },
    });
    expect(list).toMatchObject({ status: 200, json: { data: [{ id: json.id }], has_more: false } });
  });

  test('pages, newest first, each with the cursor of the next', async () => {
    await placed('cus_pages');
    const last = await place(randomUUID(), basket('cus_pages'));
    const page = (cursor = '') =>
      shop.ask(`/v2/orders?customer_id=cus_pages&limit=1${cursor && `&cursor=${cursor}`}`, {
        headers: { 'Holdfast-Read-After': last.headers.get('holdfast-position')! },
      });
    const first = await page();
    expect(first.json).toMatchObject({
      data: [{ id: last.json.id }],
      has_more: true,
      next_cursor: expect.any(String),
    });
    expect((await page(first.json.next_cursor)).json).toMatchObject({ has_more: false, data: [{}] });
  });

  test('"not found" for an order of another shop', async () => {
    const { apiKey } = await shop.addTenant();
    const strange = await send(`${shop.url}/v2/orders/${await placed()}`, { apiKey });
    expect(strange).toMatchObject({ status: 404, json: { code: 'order_not_found' } });
    expect(nextStep(strange)).toBe('give up');
  });

  test('304 while a cached order is unchanged', async () => {
    const path = `/v2/orders/${await placed()}`;
    const tag = (await shop.ask(path)).headers.get('etag')!;
    expect((await shop.ask(path, { headers: { 'If-None-Match': tag } })).status).toBe(304);
  });
});

describe('when a customer pays or cancels, the storefront relies on', () => {
  test('the paid amount and the due amount in the order', async () => {
    const id = await placed();
    const view = async () => orderPage((await shop.ask(`/v2/orders/${id}`)).json);
    expect(await pay(id, 400)).toMatchObject({ status: 201, json: { amount: EUR(400) } });
    expect(await view()).toMatchObject({ due: 500, paid: false });
    await pay(id, 500);
    expect(await view()).toMatchObject({ due: 0, paid: true });
    await shop.ask(`/v2/orders/${id}/shipments`, { body: { lines: [{ line_id: 'line_1', quantity: 2 }] } });
    expect(await view()).toMatchObject({ shipped: true });
  });

  test('a payment that is sent twice with one key counting once', async () => {
    const id = await placed();
    const key = randomUUID();
    await pay(id, 400, key);
    expect((await pay(id, 400, key)).status).toBe(201);
    expect((await shop.ask(`/v2/orders/${id}`)).json).toMatchObject({ amount_paid: EUR(400) });
  });

  test('a refusal of a payment above the amount due, until more is due', async () => {
    const over = await pay(await placed(), 901);
    expect(over).toMatchObject({ status: 409, json: { code: 'payment_exceeds_due' } });
    expect(nextStep(over)).toBe('reload');
  });

  test('an order that can be cancelled once, and accepts no further command', async () => {
    const id = await placed();
    const cancel = () => shop.ask(`/v2/orders/${id}/cancellation`, { body: { reason: 'changed my mind' } });
    expect((await cancel()).status).toBe(201);
    expect(orderPage((await shop.ask(`/v2/orders/${id}`)).json)).toMatchObject({ over: true });
    const again = await cancel();
    expect(again).toMatchObject({ status: 409, json: { code: 'order_already_cancelled' } });
    expect(nextStep(again)).toBe('give up');
  });

  test('a refusal to ship an unpaid order, until its payment', async () => {
    const early = await shop.ask(`/v2/orders/${await placed()}/shipments`, {
      body: { lines: [{ line_id: 'line_1', quantity: 2 }] },
    });
    expect(early).toMatchObject({ status: 409, json: { code: 'order_not_paid' } });
    expect(nextStep(early)).toBe('reload');
  });

  test('the receipt of a request whose response was lost', async () => {
    const key = randomUUID();
    expect((await shop.ask(`/v2/idempotency-keys/${key}`)).status).toBe(404);
    const { json } = await place(key);
    expect((await shop.ask(`/v2/idempotency-keys/${key}`)).json).toMatchObject({
      order_id: json.id,
      status: 201,
    });
  });
});

test('in return, the storefront accepts unknown members and codes', async () => {
  const { json } = await shop.ask(`/v2/orders/${await placed()}`);
  expect(orderPage({ ...json, loyalty: { points: 3 } })).toEqual(orderPage(json));
  const answer: Answer = {
    status: 409,
    headers: new Headers(),
    text: '',
    json: { code: 'order_asleep', retry: 'after_change' },
  };
  expect(nextStep(answer)).toBe('reload');
});
