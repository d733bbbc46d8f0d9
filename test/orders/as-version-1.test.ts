/** What version 1 shows of orders that use members of version 2. The judge checks each answer. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Shop, openShop } from '../setup/shop.ts';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.close());

test.each([
  [{ note: 'Ring twice', tags: ['gift'] }, { metadata: {} }],
  [{ shipping_address: { company: 'Kelp Ltd' } }, { shipping_address: {} }],
])('the patch %j of members that it lacks is a patch that changes nothing: %j', async (patch, shown) => {
  const { json: order } = await shop.ask('/v2/orders', {
    body: {
      lines: [{ name: 'Kelp, dried', quantity: 2, unit_price: { amount: 450, currency: 'EUR' } }],
      shipping_address: { name: 'Ada Byrne', line1: '3 Harbour Row', city: 'Galway', country: 'IE' },
    },
  });
  await shop.ask(`/v2/orders/${order.id}`, {
    method: 'PATCH',
    body: patch,
    headers: { 'Content-Type': 'application/merge-patch+json', 'If-Match': '"1"' },
  });
  const { status, json } = await shop.ask(`/v1/orders/${order.id}/events`);
  expect([status, json.data?.[1].data.patch]).toEqual([200, shown]);
});
