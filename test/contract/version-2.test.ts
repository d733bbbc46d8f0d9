/** Rules of version 2 that its published schemas leave to the server. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { TEXT_EXPECTED } from '../../domain/text.ts';
import { type Shop, openShop } from '../setup/shop.ts';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.close());

const line = { sku: 'A', name: 'a', quantity: 1, unit_price: { amount: 1, currency: 'EUR' } };
const order = { customer_id: 'ada', lines: [line] };

test('a wrong order of a batch is refused in its own item', async () => {
  const orders = [
    { idempotency_key: 'good', order },
    { idempotency_key: 'empty', order: {} },
    { idempotency_key: 'free', order: { ...order, lines: [{ ...line, quantity: 0 }] } },
    { idempotency_key: 'half', order: { ...order, lines: [{ ...line, name: 'a\ud800b' }] } },
  ];
  const { status, json } = await shop.ask('/v2/order-batches', { body: { orders } });
  expect([status, json.succeeded, json.failed]).toEqual([207, 1, 3]);
  expect(json.data.map((item: { status: number }) => item.status)).toEqual([201, 422, 422, 422]);
  expect(json.data[1].problem.errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual([
    '/customer_id',
    '/lines',
  ]);
  expect(json.data[2].problem.errors).toEqual([
    { pointer: '/lines/0/quantity', detail: 'must be at least 1' },
  ]);
  expect(json.data[3].problem.errors).toEqual([{ pointer: '/lines/0/name', detail: TEXT_EXPECTED }]);
});

test.each([
  [{ idempotency_key: 'k' }, '/orders/0/order'],
  [{ idempotency_key: 'k', order: 5 }, '/orders/0/order'],
  [{ idempotency_key: 'k', order, more: 1 }, '/orders/0/more'],
])('%j is refused with the whole batch', async (item, pointer) => {
  const { status, json } = await shop.ask('/v2/order-batches', { body: { orders: [item] } });
  expect([status, json.errors?.[0].pointer]).toEqual([422, pointer]);
});

test.each([
  ['/v2/orders', { ...order, metadata: { a: 'a\udc00' } }, '/metadata/a'],
  ['/v2/webhook-endpoints', { url: 'https://shop.example', description: '\ud800' }, '/description'],
])('a lone surrogate in a body of %s is refused', async (path, body, pointer) => {
  const { status, json } = await shop.ask(path, { body });
  expect([status, json.errors]).toEqual([422, [{ pointer, detail: TEXT_EXPECTED }]]);
});

test.each(['application/problem+json', 'text/html', 'application/json'])(
  'a deletion, whose answer has no body, allows Accept: %s',
  async (Accept) => {
    const { json } = await shop.ask('/v2/webhook-endpoints', { body: { url: 'https://shop.example' } });
    const { status } = await shop.ask(`/v2/webhook-endpoints/${json.id}`, {
      method: 'DELETE',
      headers: { Accept },
    });
    expect(status).toBe(204);
  },
);

test.each([
  ['0', 200],
  ['1', 200],
  ['9007199254740993', 400],
  ['9999999999999999', 400],
  ['99999999999999999', 400],
  ['01', 400],
  ['-1', 400],
  ['1.0', 400],
  ['', 400],
])('Holdfast-Read-After: %s is answered %s', async (position, status) => {
  await shop.ask('/v2/orders', { body: order });
  const answer = await shop.ask('/v2/orders', { headers: { 'Holdfast-Read-After': position } });
  expect([position, answer.status]).toEqual([position, status]);
});
