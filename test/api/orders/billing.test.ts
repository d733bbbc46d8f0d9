/** Billing addresses: any part of one is enough, and answers show each member. */
import { expect, test } from '@jest/globals';
import { openOrders, outcome, pointersOf } from './shop-orders.ts';

const { ask, place, placed } = openOrders();

const EMPTY = {
  name: null,
  company: null,
  line1: null,
  line2: null,
  line3: null,
  city: null,
  region: null,
  postal_code: null,
  country: null,
  phone: null,
};

const patch = (id: string, billing_address: object | null, version = 1) =>
  ask(`/v2/orders/${id}`, {
    method: 'PATCH',
    headers: { 'Content-Type': 'application/merge-patch+json', 'If-Match': `"${version}"` },
    body: { billing_address },
  });

test.each<[what: string, given: Record<string, string | null>]>([
  ['a country and a postal code', { country: 'US', postal_code: '94103' }],
  ['a country', { country: 'DE' }],
  ['a name', { name: 'Ada Byrne' }],
  ['a city, and absent members as null', { city: 'Galway', name: null, country: null, line1: null }],
])('%s is a billing address', async (_what, given) => {
  const { status, json } = await place({ billing_address: given });
  expect([status, json.billing_address]).toEqual([201, { ...EMPTY, ...given }]);
  const { json: events } = await ask(`/v2/orders/${json.id}/events`);
  expect(events.data[0].data.billing_address).toEqual({ ...EMPTY, ...given });
});

test.each<[what: string, given: unknown, pointer: string, detail: string]>([
  ['that is empty', {}, '/billing_address', 'must not be empty'],
  ['of null members', { name: null, country: null }, '/billing_address', 'must not be empty'],
  [
    'with a country that ISO 3166-1 does not have',
    { country: 'ZZ' },
    '/billing_address/country',
    'must be a country code of ISO 3166-1, such as IE',
  ],
  ['with another member', { street: 'x' }, '/billing_address/street', 'unknown field'],
])('a billing address %s is refused', async (_what, billing_address, pointer, detail) => {
  const { status, json } = await place({ billing_address });
  expect([status, json.errors]).toEqual([422, [{ pointer, detail }]]);
});

test('a shipping address needs its name, line, city and country', async () => {
  const answer = await place({ shipping_address: { country: 'IE', postal_code: 'H91' } });
  expect([outcome(answer), pointersOf(answer)]).toEqual([
    '422 invalid_body',
    ['/shipping_address/name', '/shipping_address/line1', '/shipping_address/city'],
  ]);
});

test('a merge patch changes, adds and removes members of it', async () => {
  const id = await placed({ billing_address: { country: 'US', postal_code: '94103' } });
  const first = await patch(id, { name: 'Ada', country: null });
  expect([first.status, first.json.billing_address]).toEqual([
    200,
    { ...EMPTY, name: 'Ada', postal_code: '94103' },
  ]);
  const { json } = await ask(`/v2/orders/${id}/events`);
  expect(json.data[1].data).toMatchObject({
    patch: { billing_address: { name: 'Ada', country: null } },
    billing_address: { ...EMPTY, name: 'Ada', postal_code: '94103' },
  });
  const empty = await patch(id, { name: null, postal_code: null }, 2);
  expect([empty.status, empty.json.errors]).toEqual([
    422,
    [{ pointer: '/billing_address', detail: 'must not be empty' }],
  ]);
  expect((await patch(id, null, 2)).json.billing_address).toBeNull();
  expect((await patch(id, { city: 'Cork' }, 3)).json.billing_address).toEqual({ ...EMPTY, city: 'Cork' });
});

test('a batch accepts a part of a billing address', async () => {
  const order = (billing_address: object) => ({
    lines: [{ name: 'a', quantity: 1, unit_price: { amount: 1, currency: 'EUR' } }],
    billing_address,
  });
  const { json } = await ask('/v2/order-batches', {
    body: {
      orders: [
        { idempotency_key: 'billing-1', order: order({ country: 'IE' }) },
        { idempotency_key: 'billing-2', order: order({}) },
      ],
    },
  });
  expect(json.data.map(({ status }: { status: number }) => status)).toEqual([201, 422]);
  expect(json.data[0].order.billing_address).toEqual({ ...EMPTY, country: 'IE' });
});
