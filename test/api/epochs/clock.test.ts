/** The clock of Postgres jumped an hour ahead, and was set back. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'slonik';
import { type Answer, type Shop, openShop, until } from '../../setup/shop.ts';
import { cancel, place, positions } from '../lists/feed-steps.ts';

/** In UTC: Citus refuses an UPDATE that depends on the time zone of the session. */
const anHourAfter = (column: string) =>
  sql.fragment`(${sql.identifier([column])} AT TIME ZONE 'UTC' + interval '1 hour') AT TIME ZONE 'UTC'`;

let shop: Shop;
let right: string[];
let ahead: string[];
let later: string[];
beforeAll(async () => {
  shop = await openShop();
  const places = async (count: number) => {
    const ids: string[] = [];
    for (let n = 0; n < count; n += 1) ids.push((await place(shop)).id);
    return ids;
  };
  right = await places(2);
  // What two appends leave while the clock is an hour ahead.
  ahead = await places(2);
  await until(async () => (await shop.ask('/v2/orders?limit=1')).headers.get('holdfast-lag') === '0');
  await shop.pool.query(
    sql.unsafe`UPDATE events SET recorded_at = ${anHourAfter('recorded_at')} WHERE position > 2`,
  );
  await shop.pool.query(
    sql.unsafe`UPDATE orders SET placed_at = ${anHourAfter('placed_at')} WHERE placed_position > 2`,
  );
  await shop.pool.query(sql.unsafe`UPDATE log_heads SET recorded_at = ${anHourAfter('recorded_at')}`);
  later = await places(3);
  await until(async () => (await shop.ask('/v2/orders?limit=1')).headers.get('holdfast-lag') === '0');
});
afterAll(() => shop.close());

const inMinutes = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();
const listed = async (query: string) => {
  const ids: string[] = [];
  let cursor = '';
  do {
    const { json }: Answer = await shop.ask(
      `/v2/orders?order=asc&limit=2&${query}${cursor && `&cursor=${cursor}`}`,
    );
    ids.push(...json.data.map(({ id }: { id: string }) => id));
    cursor = json.next_cursor ?? '';
  } while (cursor !== '');
  return ids;
};

test('later orders have the time of the clock, at new positions', async () => {
  const { json } = await shop.ask(`/v1/orders/${later[0]}`);
  expect(Math.abs(Date.parse(json.placed_at) - Date.now())).toBeLessThan(30_000);
  const [first = 0, second = 0] = positions(await shop.ask('/v2/events')).slice(-2);
  expect(second).toBe(first + 1);
});

test('since reads each event that was recorded at the time or later, also those before the jump', async () => {
  const seen = async (since: string) => {
    const { json } = await shop.ask(`/v2/events?since=${since}`);
    return json.data.map(({ order_id }: { order_id: string }) => order_id);
  };
  expect(await seen(inMinutes(-10))).toEqual([...right, ...ahead, ...later]);
  expect(await seen(inMinutes(0.5))).toEqual([...ahead, ...later]);
  const { json } = await shop.ask(`/v1/orders/${later[1]}`);
  expect(await seen(json.placed_at)).toEqual(expect.arrayContaining(later.slice(1)));
});

test('lists by time have exactly the orders of the time', async () => {
  expect(await listed(`placed_after=${inMinutes(-10)}`)).toEqual([...right, ...ahead, ...later]);
  expect(await listed(`placed_after=${inMinutes(5)}`)).toEqual(ahead);
  expect(await listed(`placed_before=${inMinutes(5)}`)).toEqual([...right, ...later]);
  expect(
    await listed(`placed_after=${inMinutes(-10)}&placed_before=${inMinutes(5)}&payment_status=unpaid`),
  ).toEqual([...right, ...later]);
  expect(await listed(`sku=KELP-1&placed_before=${inMinutes(5)}`)).toEqual([...right, ...later]);
  expect(await listed(`placed_before=${inMinutes(-10)}`)).toEqual([]);
});

test('a walk by changes has each later change', async () => {
  const before = inMinutes(0);
  await cancel(shop, right[1]!);
  await until(async () => (await listed(`updated_after=${before}`)).includes(right[1]!));
});
