import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Answer, type Shop, anOrder, openShop } from '../../setup/shop.ts';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.close());

const send = (orders: { idempotency_key: string; order: unknown }[], apiKey = shop.apiKey) =>
  shop.ask('/v1/order-batches', { body: { orders }, key: null, apiKey });
const statuses = ({ json }: Answer) => json.data.map(({ status }: { status: number }) => status);
const many = (count: number, prefix: string) =>
  Array.from({ length: count }, (_, n) => ({
    idempotency_key: `${prefix}-${n}`,
    order: anOrder({ customer_id: `c${n}` }),
  }));

describe('a batch of orders', () => {
  test('places 500 orders in sequence, and a repeat places none', async () => {
    const orders = many(500, 'feed');
    const first = await send(orders);
    expect([first.status, first.json.succeeded, first.json.failed]).toEqual([207, 500, 0]);
    expect(first.json.data.map((item: { order: { customer_id: string } }) => item.order.customer_id)).toEqual(
      orders.map(({ order }) => order.customer_id),
    );
    const again = await send(orders);
    expect(again.json.data.every(({ replayed }: { replayed: boolean }) => replayed)).toBe(true);
    const idsOf = ({ json }: Answer) => json.data.map(({ order }: { order: { id: string } }) => order.id);
    expect(idsOf(again)).toEqual(idsOf(first));
  });

  test('places the same order as the single call under the same key', async () => {
    const [item] = many(1, 'shared');
    const single = await shop.ask('/v1/orders', { body: item!.order, key: 'shared-0' });
    const { json } = await send([item!]);
    expect(json.data[0]).toMatchObject({ status: 201, replayed: true, idempotency_key: 'shared-0' });
    expect(json.data[0].order).toEqual(single.json);
  });

  test('gives each order its own outcome, and continues after a refused order', async () => {
    const good = anOrder();
    const answer = await send([
      { idempotency_key: 'own-1', order: good },
      { idempotency_key: 'own-2', order: anOrder({ currency: 'XXX' }) },
      { idempotency_key: 'own-3', order: anOrder({ lines: [] }) },
      { idempotency_key: 'own-1', order: good },
      { idempotency_key: 'own-1', order: anOrder({ customer_id: 'other' }) },
      { idempotency_key: '"own-4"', order: good },
      { idempotency_key: 'own-5', order: { ...good, shipping_address: null } },
    ]);
    expect(statuses(answer)).toEqual([201, 422, 422, 201, 422, 201, 201]);
    const { data } = answer.json;
    expect([data[1].problem.code, data[1].problem.errors[0].pointer]).toEqual(['invalid_body', '/currency']);
    expect(data[2].problem.errors[0].pointer).toBe('/lines');
    expect([data[0].replayed, data[3].replayed]).toEqual([false, true]);
    expect(data[4].problem).toMatchObject({ code: 'idempotency_key_reused', retry: 'never' });
    expect(data[5].idempotency_key).toBe('own-4');
    expect(answer.json).toMatchObject({ succeeded: 4, failed: 3 });
  });

  test('that is invalid is refused as a whole, with the location of the fault', async () => {
    const { status, json } = await send([{ idempotency_key: 'a b', order: anOrder() }, ...many(1, 'x')]);
    expect([status, json.errors[0].pointer]).toEqual([422, '/orders/0/idempotency_key']);
    expect((await shop.ask('/v1/idempotency-keys/x-0')).status).toBe(404);
  });
});

test('each order of a batch counts as a write; orders beyond the quota get a retry time, and pass at that time', async () => {
  const strict = await openShop({ HOLDFAST_RATE_LIMIT_WRITE: '5/2' });
  const ask = () => strict.ask('/v1/order-batches', { body: { orders: many(8, 'quota') }, key: null });
  const first = await ask();
  expect(statuses(first)).toEqual([201, 201, 201, 201, 201, 429, 429, 429]);
  const { problem, retry_after } = first.json.data[7];
  expect(problem).toMatchObject({ code: 'rate_limited', retry: 'same_key_after' });
  expect(retry_after).toBeGreaterThanOrEqual(1);
  expect((await ask()).status).toBe(429);
  await new Promise((resolve) => setTimeout(resolve, retry_after * 1_000));
  const rest = await strict.ask('/v1/order-batches', {
    body: { orders: many(8, 'quota').slice(5) },
    key: null,
  });
  expect(statuses(rest)).toEqual([201, 201, 201]);
  await strict.close();
});
