/** How answers to a test key are marked. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Shop, openShop } from '../setup/shop.ts';
import { withTestKey } from '../setup/test-key.ts';

const ORDER = {
  customer_id: 'cus_1',
  lines: [{ sku: 'KELP-1', name: 'Kelp', quantity: 1, unit_price: { amount: 450, currency: 'EUR' } }],
};
let shop: Shop;
let tests: Shop;
beforeAll(async () => {
  shop = await openShop();
  tests = await withTestKey(shop);
});
afterAll(() => shop.close());

test.each<[string, number, (by: Shop) => ReturnType<Shop['ask']>]>([
  ['a new order', 201, ({ ask }) => ask('/v2/orders', { body: ORDER })],
  ['a list', 200, ({ ask }) => ask('/v1/orders')],
  ['a problem', 404, ({ ask }) => ask(`/v2/orders/ord_${'0'.repeat(32)}`)],
  ['an invalid body', 422, ({ ask }) => ask('/v2/orders', { body: {} })],
  ['an unknown path', 404, ({ ask }) => ask('/v2/nothing')],
])('%s has Holdfast-Mode: test, for a test key only', async (_what, status, ask) => {
  const [live, test] = [await ask(shop), await ask(tests)];
  expect([live.status, live.headers.get('holdfast-mode')]).toEqual([status, null]);
  expect([test.status, test.headers.get('holdfast-mode')]).toEqual([status, 'test']);
});
