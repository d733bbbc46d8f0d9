import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Shop, anOrder, openShop, until } from '../setup/shop.ts';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop({ HOLDFAST_CONTRACT_JUDGE: 'off' });
});
afterAll(() => shop.close());

const WRITERS = 4;
const ORDERS = 2_000;

/** Walks the list from one end to the other. */
async function walk(order: 'asc' | 'desc', limit: number, keepGoing = () => false): Promise<string[]> {
  const ids: string[] = [];
  let cursor: string | null = null;
  for (;;) {
    const query = new URLSearchParams({ order, limit: String(limit), ...(cursor && { cursor }) });
    const { status, json } = await shop.ask(`/v1/orders?${query}`);
    expect(status).toBe(200);
    ids.push(...json.data.map(({ id }: { id: string }) => id));
    if (json.has_more) cursor = json.next_cursor;
    else if (!keepGoing()) return ids;
  }
}

test('a walk in either direction, while 4 writers place 2,000 orders, skips and repeats nothing', async () => {
  const placed: string[] = [];
  let position = 0;
  let writing = true;
  const write = async (writer: number) => {
    for (let n = 0; n < ORDERS / WRITERS; n += 1) {
      const { status, json, headers } = await shop.ask('/v1/orders', {
        body: anOrder({ customer_id: `w${writer}` }),
      });
      expect(status).toBe(201);
      placed.push(json.id);
      position = Math.max(position, Number(headers.get('holdfast-position')));
    }
  };
  const writers = Promise.all(Array.from({ length: WRITERS }, (_, n) => write(n))).finally(() => {
    writing = false;
  });
  await until(() => placed.length > 50);

  // Newest first: the walk has each order that existed at its start once, and no later one.
  const backwards = (async () => {
    let walks = 0;
    while (writing) {
      const before = placed.slice(0, placed.length);
      const mark = position;
      await shop.ask('/v1/orders?limit=1', { headers: { 'Holdfast-Read-After': String(mark) } });
      const ids = await walk('desc', 17);
      expect(new Set(ids).size).toBe(ids.length);
      const seen = new Set(ids);
      expect(before.filter((id) => !seen.has(id))).toEqual([]);
      walks += 1;
    }
    return walks;
  })();

  // Oldest first, behind the writers: the pages after the last cursor hold all later orders.
  const forwards = (async () => {
    const ids: string[] = [];
    let cursor: string | null = null;
    for (;;) {
      const done = !writing;
      if (done)
        await shop.ask('/v1/orders?limit=1', { headers: { 'Holdfast-Read-After': String(position) } });
      const query = new URLSearchParams({ order: 'asc', limit: '13', ...(cursor && { cursor }) });
      const { json } = await shop.ask(`/v1/orders?${query}`);
      if (json.has_more) {
        ids.push(...json.data.map(({ id }: { id: string }) => id));
        cursor = json.next_cursor;
      } else if (done) {
        ids.push(...json.data.map(({ id }: { id: string }) => id));
        return ids;
      }
    }
  })();

  await writers;
  expect(await backwards).toBeGreaterThan(0);
  const followed = await forwards;
  expect(followed).toHaveLength(ORDERS);
  expect(new Set(followed)).toEqual(new Set(placed));
  expect((await walk('desc', 100)).toReversed()).toEqual(followed);
}, 120_000);
