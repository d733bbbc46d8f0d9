/** Many clients send each optional member that has no value as `null`: it counts as absent. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Shop, openShop } from '../setup/shop.ts';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.close());

const eur = (amount: number) => ({ amount, currency: 'EUR' });
const lines = [{ sku: null, name: 'Kelp, dried', quantity: 1, unit_price: eur(450) }];
const NO_VALUES = {
  customer_id: null,
  reference: null,
  series: null,
  number: null,
  email: null,
  phone: null,
  note: null,
  ordered_at: null,
  shipping_address: null,
  billing_address: null,
};

test('an order with null members is the order without them, under one key too', async () => {
  const { status, json } = await shop.ask('/v2/orders', { body: { lines, ...NO_VALUES }, key: 'nulls' });
  expect([status, json.email, json.number]).toEqual([201, null, null]);
  const again = await shop.ask('/v2/orders', { body: { lines }, key: 'nulls' });
  expect([again.status, again.json.id]).toEqual([201, json.id]);
});

test.each([
  ['authorizations', { method: null, provider: null, reference: null, authorized_at: null }],
  ['payments', { method: null, provider: null, reference: null, authorization_id: null, paid_at: null }],
])('%s take null members', async (noun, members) => {
  const { json: order } = await shop.ask('/v2/orders', { body: { lines } });
  const { status } = await shop.ask(`/v2/orders/${order.id}/${noun}`, {
    body: { amount: eur(450), ...members },
  });
  expect(status).toBe(201);
});
