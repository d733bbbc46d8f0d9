/** A time of any precision divides the orders: each is either before it or after it. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Shop, anOrder, openShop, until } from '../../setup/shop.ts';

let shop: Shop;
const orders: { id: string; placed_at: string }[] = [];
let position = '';
beforeAll(async () => {
  shop = await openShop();
  while (orders.length < 5) {
    const { json, headers } = await shop.ask('/v2/orders', {
      body: {
        customer_id: 'ada',
        lines: [{ ...anOrder().lines[0], unit_price: { amount: 450, currency: 'EUR' } }],
      },
    });
    orders.push(json);
    position = headers.get('holdfast-position') ?? '';
    await until(() => Date.now() > Date.parse(json.placed_at) + 1); // each in a different millisecond
  }
});
afterAll(() => shop.close());

/** The time of the third order plus an offset in ms, with further digits. */
const time = (ms: number, digits: string) =>
  new Date(Date.parse(orders[2]!.placed_at) + ms).toISOString().replace('Z', `${digits}Z`);

/** @returns the indexes of all orders of a list */
async function walk(query: Record<string, string>): Promise<number[]> {
  const numbers: number[] = [];
  let cursor: string | null | undefined;
  while (cursor !== null) {
    const text = new URLSearchParams({ ...query, limit: '2', ...(cursor && { cursor }) });
    const { json } = await shop.ask(`/v2/orders?${text}`, { headers: { 'Holdfast-Read-After': position } });
    for (const { id } of json.data) numbers.push(orders.findIndex((order) => order.id === id));
    cursor = json.next_cursor as string | null;
  }
  return numbers;
}

describe.each(['asc', 'desc'])('in direction %s, of five orders', (order) => {
  test.each<[string, number, string, before: number[], after: number[]]>([
    ['the exact time of the third', 0, '', [0, 1], [3, 4]],
    ['the same in microseconds', 0, '000', [0, 1], [3, 4]],
    ['the same in more digits', 0, '0000000', [0, 1], [3, 4]],
    ['half a millisecond after it', 0, '500', [0, 1, 2], [3, 4]],
    ['a microsecond after it', 0, '001', [0, 1, 2], [3, 4]],
    ['a nanosecond after it', 0, '000001', [0, 1, 2], [3, 4]],
    ['less than a nanosecond after it', 0, '0000001', [0, 1, 2], [3, 4]],
    ['a nanosecond before the next millisecond', 0, '999999', [0, 1, 2], [3, 4]],
    ['a nanosecond before it', -1, '999999', [0, 1], [2, 3, 4]],
    ['half a millisecond before it', -1, '500', [0, 1], [2, 3, 4]],
  ])('%s', async (_name, ms, digits, before, after) => {
    const sorted = (numbers: number[]) => (order === 'asc' ? numbers : numbers.toReversed());
    expect(await walk({ order, placed_before: time(ms, digits) })).toEqual(sorted(before));
    expect(await walk({ order, placed_after: time(ms, digits) })).toEqual(sorted(after));
    const both = { placed_after: time(ms - 1, '500'), placed_before: time(ms + 1, '500') };
    expect(await walk({ order, ...both })).toEqual([2]);
  });
});

test('a cursor is valid with each spelling of its time, and with no other time', async () => {
  const page = (placed_before: string, cursor = '') =>
    shop.ask(
      `/v2/orders?${new URLSearchParams({ order: 'asc', limit: '1', placed_before, ...(cursor && { cursor }) })}`,
      { headers: { 'Holdfast-Read-After': position } },
    );
  const { json } = await page(time(0, '500'));
  const elsewhere = `${new Date(Date.parse(time(0, '')) + 3_600_000).toISOString().slice(0, -1)}500+01:00`;
  for (const same of [time(0, '500000'), time(0, '000001'), time(1, ''), elsewhere])
    expect((await page(same, json.next_cursor)).status).toBe(200);
  for (const other of [time(0, ''), time(1, '500'), time(-1, '500')])
    expect((await page(other, json.next_cursor)).json.code).toBe('invalid_cursor');
});

test('an order at a time has all events up to that time', async () => {
  const { id, placed_at } = orders[2]!;
  const read = (at: string) => shop.ask(`/v2/orders/${id}?${new URLSearchParams({ at })}`);
  for (const at of [placed_at, time(0, '001'), time(0, '999999'), '9999-12-31T23:59:59.9999-23:59'])
    expect((await read(at)).status).toBe(200);
  for (const at of [time(-1, '999999'), time(-1, '')])
    expect((await read(at)).json.code).toBe('order_version_not_found');
});
