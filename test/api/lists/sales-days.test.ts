/** Sales by the days of a time zone, in version 2. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Shop, openShop } from '../../setup/shop.ts';

let shop: Shop;
let position = '';
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.close());

const eur = (amount: number) => ({ amount, currency: 'EUR' });

async function write(path: string, body: object, apiKey = shop.apiKey) {
  const answer = await shop.ask(path, { body, apiKey });
  expect([path, answer.status, answer.json.code]).toEqual([path, 201, undefined]);
  position = answer.headers.get('holdfast-position') ?? position;
  return answer.json as { id: string };
}
const place = (body: object, apiKey?: string) =>
  write(
    '/v2/orders',
    { lines: [{ sku: 'KELP-1', name: 'Kelp', quantity: 2, unit_price: eur(1_000) }], ...body },
    apiKey,
  );

interface Sales {
  day: string;
  currency: string;
  [member: string]: unknown;
}
async function sales(query: Record<string, string>, apiKey = shop.apiKey) {
  const answer = await shop.ask(`/v2/daily-sales?${new URLSearchParams({ order: 'asc', ...query })}`, {
    headers: { 'Holdfast-Read-After': position },
    apiKey,
  });
  expect([query, answer.status]).toEqual([query, 200]);
  return answer.json as { data: Sales[]; has_more: boolean; next_cursor: string | null };
}

test('an order counts on the day of the shop on which it was ordered, with all its parts', async () => {
  const { id } = await place({
    ordered_at: '2024-06-30T22:30:00Z', // 1 July in Berlin
    lines: [
      {
        sku: 'A',
        name: 'Kelp',
        quantity: 2,
        unit_price: eur(1_000),
        discount: eur(100),
        taxes: [
          { name: 'State', rate: 6, amount: eur(114) },
          { name: 'City', amount: eur(19) },
        ],
      },
    ],
    charges: [
      { kind: 'shipping', price: eur(500), tax: eur(30) },
      { kind: 'tip', price: eur(200) },
    ],
    rounding: eur(-3),
  });
  const pay = (provider: string | undefined, amount: number, paid_at: string, reference: string) =>
    write(`/v2/orders/${id}/payments`, {
      ...(provider && { provider }),
      amount: eur(amount),
      reference,
      paid_at,
    });
  await pay('stripe', 1_000, '2024-07-01T08:00:00Z', 'ch_1');
  const { id: cash } = await pay(undefined, 1_760, '2024-07-02T08:00:00Z', 'cash');
  await write(`/v2/orders/${id}/payments/${cash}/reversal`, {
    amount: eur(60),
    reversed_at: '2024-07-03T08:00:00Z',
  });
  await write(`/v2/orders/${id}/edits`, {
    add: [{ sku: 'B', name: 'Rope', quantity: 1, unit_price: eur(50) }],
    edited_at: '2024-07-04T08:00:00Z',
  });
  const range = { since: '2024-06-29', until: '2024-07-31' };
  const { data } = await sales({ ...range, timezone: 'Europe/Berlin' });
  const zero = eur(0);
  const nothing = {
    currency: 'EUR',
    orders_placed: 0,
    orders_cancelled: 0,
    gross: zero,
    discount_total: zero,
    tax_total: zero,
    taxes: [],
    charge_total: zero,
    charges: [],
    rounding: zero,
    ordered: zero,
    cancelled: zero,
    paid: zero,
    payments: [],
    reversed: zero,
    reversals: [],
    refunded: zero,
    refunds: [],
  };
  expect(data).toEqual([
    {
      ...nothing,
      day: '2024-07-01',
      orders_placed: 1,
      gross: eur(2_000),
      discount_total: eur(100),
      tax_total: eur(163),
      taxes: [
        { name: 'City', amount: eur(19) },
        { name: 'State', amount: eur(114) },
      ],
      charge_total: eur(730),
      charges: [
        { kind: 'shipping', amount: eur(530) },
        { kind: 'tip', amount: eur(200) },
      ],
      rounding: eur(-3),
      ordered: eur(2_760),
      paid: eur(1_000),
      payments: [{ provider: 'stripe', amount: eur(1_000) }],
    },
    {
      ...nothing,
      day: '2024-07-02',
      paid: eur(1_760),
      payments: [{ provider: null, amount: eur(1_760) }],
    },
    { ...nothing, day: '2024-07-03', reversed: eur(60), reversals: [{ provider: null, amount: eur(60) }] },
    { ...nothing, day: '2024-07-04', gross: eur(50), ordered: eur(50) },
  ]);
  const utc = await sales(range);
  expect(utc.data.map(({ day }) => day)).toEqual([
    '2024-06-30',
    '2024-07-01',
    '2024-07-02',
    '2024-07-03',
    '2024-07-04',
  ]);
});

test('a cancellation counts once, also by an edit that cancels the last pieces', async () => {
  const { apiKey } = await shop.addTenant();
  const [whole, byEdit, partly] = [await place({}, apiKey), await place({}, apiKey), await place({}, apiKey)];
  await write(`/v2/orders/${whole.id}/cancellation`, { cancelled_at: '2026-11-01T12:00:00Z' }, apiKey);
  const edit = (id: string, quantity: number) =>
    write(
      `/v2/orders/${id}/edits`,
      { cancel: [{ line_id: 'line_1', quantity }], edited_at: '2026-11-01T12:00:00Z' },
      apiKey,
    );
  await edit(byEdit.id, 1);
  await edit(byEdit.id, 1);
  await edit(partly.id, 1);
  const { data } = await sales({ since: '2026-11-01', until: '2026-11-01' }, apiKey);
  expect(data).toMatchObject([{ orders_placed: 0, orders_cancelled: 2, cancelled: eur(5_000) }]);
});

test('a refund counts on its own day, without a provider under null', async () => {
  const { apiKey } = await shop.addTenant();
  const { id } = await place({ ordered_at: '2025-01-01T12:00:00Z' }, apiKey);
  await write(`/v2/orders/${id}/payments`, { amount: eur(2_000), paid_at: '2025-01-01T12:00:00Z' }, apiKey);
  await write(`/v2/orders/${id}/refunds`, { amount: eur(300), refunded_at: '2025-01-03T12:00:00Z' }, apiKey);
  const { data } = await sales({ since: '2025-01-02' }, apiKey);
  expect(data).toMatchObject([
    {
      day: '2025-01-03',
      orders_placed: 0,
      refunded: eur(300),
      refunds: [{ provider: null, amount: eur(300) }],
    },
  ]);
});

describe('the pages', () => {
  const days = ['2023-03-01', '2023-03-02', '2023-03-20', '2023-05-01', '2023-05-02'];
  let apiKey: string;
  beforeAll(async () => {
    ({ apiKey } = await shop.addTenant());
    for (const day of days) {
      await place({ ordered_at: `${day}T12:00:00Z` }, apiKey);
      const price = { amount: 100, currency: 'JPY' };
      const lines = [{ sku: 'A', name: 'Kelp', quantity: 1, unit_price: price }];
      await place({ ordered_at: `${day}T12:00:00Z`, lines }, apiKey);
    }
  });

  test.each([
    ['asc', '1'],
    ['asc', '3'],
    ['desc', '1'],
    ['desc', '4'],
    ['desc', '100'],
  ])('in order %s of %s days have each day and currency once', async (order, limit) => {
    const seen: string[] = [];
    let pages = 0;
    for (let cursor: string | null | undefined; cursor !== null; pages += 1) {
      const page = await sales(
        { order, limit, timezone: 'Asia/Kathmandu', ...(cursor && { cursor }) },
        apiKey,
      );
      expect(page.data.length).toBeLessThanOrEqual(Number(limit));
      seen.push(...page.data.map(({ day, currency }) => `${day} ${currency}`));
      cursor = page.next_cursor;
    }
    const inOrder = order === 'asc' ? days : days.toReversed();
    expect(seen).toEqual(inOrder.flatMap((day) => [`${day} EUR`, `${day} JPY`]));
    expect(pages).toBeLessThan(20);
  });

  test('of one currency have no other, and a cursor is bound to its time zone', async () => {
    const page = await sales({ currency: 'JPY', limit: '2' }, apiKey);
    expect(page.data.map(({ day, currency }) => [day, currency])).toEqual([
      ['2023-03-01', 'JPY'],
      ['2023-03-02', 'JPY'],
    ]);
    const other = `/v2/daily-sales?currency=JPY&limit=2&order=asc&timezone=Europe/Berlin&cursor=${page.next_cursor}`;
    expect((await shop.ask(other, { apiKey })).json.code).toBe('invalid_cursor');
  });
});

test.each(['Mars/Olympus', '+01:00', 'Europe', '../etc'])('the time zone %s is refused', async (timezone) => {
  const { status, json } = await shop.ask(`/v2/daily-sales?timezone=${encodeURIComponent(timezone)}`);
  expect([status, json.code, json.errors[0].parameter]).toEqual([400, 'invalid_parameter', 'timezone']);
});
