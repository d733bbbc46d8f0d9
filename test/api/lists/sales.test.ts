/** The sales summaries of customers and days. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Shop, anOrder, openShop } from '../../setup/shop.ts';

const ODD = "a/b?c#d%e;f+g&h=i'j..";

let shop: Shop;
let position: string;
beforeAll(async () => {
  shop = await openShop();
  const place = async (change: object) => {
    const { json, status } = await shop.ask('/v1/orders', { body: anOrder({ ...change }) });
    expect(status).toBe(201);
    return json.id as string;
  };
  const first = await place({});
  await place({});
  await place({ currency: 'JPY' });
  await place({ customer_id: ODD });
  await shop.ask(`/v1/orders/${first}/payments`, { body: { amount: 900 } });
  await shop.ask(`/v1/orders/${first}/refunds`, { body: { amount: 100 } });
  const last = await shop.ask(`/v1/orders/${await place({})}/cancellation`, { body: {} });
  position = last.headers.get('holdfast-position')!;
});
afterAll(() => shop.close());

const after = () => ({ headers: { 'Holdfast-Read-After': position } });
const EUR = { orders_placed: 3, orders_cancelled: 1, ordered: 2_700, paid: 900, refunded: 100 };
const times = { first_order_at: expect.any(String), last_activity_at: expect.any(String) };

describe('the summary of a customer', () => {
  test('has the totals of their orders by currency, up to the requested position', async () => {
    const { status, json, headers } = await shop.ask('/v1/customers/cus_1/summary', after());
    expect([status, json]).toEqual([
      200,
      {
        customer_id: 'cus_1',
        totals: [
          { currency: 'EUR', ...EUR, ...times },
          {
            currency: 'JPY',
            orders_placed: 1,
            orders_cancelled: 0,
            ordered: 900,
            paid: 0,
            refunded: 0,
            ...times,
          },
        ],
      },
    ]);
    expect(Number(headers.get('holdfast-position'))).toBeGreaterThanOrEqual(Number(position));
    expect(headers.get('holdfast-lag')).toBe('0');
  });

  test('has the currency of each amount in v2', async () => {
    const { json } = await shop.ask('/v2/customers/cus_1/summary', after());
    expect(json.totals[0]).toMatchObject({ orders_placed: 3, refunded: { amount: 100, currency: 'EUR' } });
  });

  test('accepts a customer id of any visible characters', async () => {
    const { status, json } = await shop.ask(`/v1/customers/${encodeURIComponent(ODD)}/summary`, after());
    expect([status, json.customer_id]).toEqual([200, ODD]);
  });

  test('of an unknown customer is 404', async () => {
    const { status, json } = await shop.ask('/v1/customers/nobody/summary', after());
    expect([status, json.code, json.retry]).toEqual([404, 'customer_not_found', 'never']);
  });
});

describe('the days', () => {
  const today = new Date().toISOString().slice(0, 10);

  test('have pages, with one item for each currency', async () => {
    const first = await shop.ask('/v1/daily-sales?order=asc&limit=1', after());
    expect(first.json).toMatchObject({
      data: [{ currency: 'EUR', ...EUR, orders_placed: 4, ordered: 3_600 }],
      has_more: true,
    });
    const second = await shop.ask(`/v1/daily-sales?order=asc&limit=1&cursor=${first.json.next_cursor}`);
    expect(second.json).toMatchObject({ data: [{ currency: 'JPY', ordered: 900 }], has_more: false });
    const v2 = await shop.ask('/v2/daily-sales?currency=JPY', after());
    expect(v2.json.data[0].ordered).toEqual({ amount: 900, currency: 'JPY' });
  });

  test('are filtered by date, and an impossible date is refused', async () => {
    // Around midnight the orders may be of two days.
    expect((await shop.ask('/v1/daily-sales?since=2020-01-01')).json.data.length).toBeGreaterThanOrEqual(2);
    expect((await shop.ask('/v1/daily-sales?since=2999-01-01')).json.data).toEqual([]);
    expect((await shop.ask('/v1/daily-sales?until=2020-01-01')).json.data).toEqual([]);
    expect((await shop.ask(`/v1/daily-sales?since=${today}`)).status).toBe(200);
    for (const day of ['2026-02-30', '2026-13-01', '0000-00-00', '26-1-1']) {
      const { status, json } = await shop.ask(`/v1/daily-sales?since=${day}`);
      expect([day, status, json.code]).toEqual([day, 400, 'invalid_parameter']);
    }
  });

  test('have cursors that are refused with another filter', async () => {
    const { json } = await shop.ask('/v1/daily-sales?limit=1');
    const { status } = await shop.ask(`/v1/daily-sales?limit=1&currency=EUR&cursor=${json.next_cursor}`);
    expect(status).toBe(400);
  });
});
