/** Values of filters that no order can have. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Shop, openShop } from '../../setup/shop.ts';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.close());

describe('a control character in a finder is 400', () => {
  test.each(['reference', 'number', 'email', 'sku', 'tag', 'payment_reference'])('%s', async (name) => {
    const { status, json } = await shop.ask(`/v2/orders?${name}=a%00b`);
    expect([status, json.code, json.errors?.[0].parameter]).toEqual([400, 'invalid_parameter', name]);
  });

  test('payment_provider', async () => {
    const { status, json } = await shop.ask('/v2/orders?payment_reference=a&payment_provider=a%00b');
    expect([status, json.errors?.[0].parameter]).toEqual([400, 'payment_provider']);
  });
});

test.each([
  ['payment_status', 'unpaid, authorized, partially_paid, paid, partially_refunded, refunded'],
  ['fulfillment_status', 'unfulfilled, partially_shipped, shipped, completed, cancelled'],
])('an unknown %s is 400, with the known ones', async (name, known) => {
  const { status, json } = await shop.ask(`/v2/orders?${name}=paid,lost`);
  expect([status, json.errors[0].detail]).toEqual([400, `must be statuses, separated by commas: ${known}`]);
});
