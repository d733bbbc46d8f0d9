/** Names that exist once in a tenant: the refusal is an answer of the contract, which the judge checks. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Shop, openShop } from '../setup/shop.ts';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.close());

const lines = [{ name: 'Kelp, dried', quantity: 2, unit_price: { amount: 450, currency: 'EUR' } }];

test.each([
  ['reference', 'order_reference_taken'],
  ['number', 'order_number_taken'],
])('a %s that another order has is 409 %s, with the id of that order', async (name, code) => {
  const order = { lines, [name]: `web-1 of ${name}` };
  const { json: first } = await shop.ask('/v2/orders', { body: order });
  const { status, json } = await shop.ask('/v2/orders', { body: order });
  expect([status, json.code, json.order_id]).toEqual([409, code, first.id]);
});
