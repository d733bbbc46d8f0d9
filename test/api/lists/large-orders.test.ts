/**
 * Orders of the maximum size: the byte limits of pages and batches, without gaps between two pages.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { aLargeOrder } from '../../setup/large-order.ts';
import { type Shop, openShop, until } from '../../setup/shop.ts';
import { type Receiver, openReceiver } from '../../workers/receiver.ts';

const ORDERS = 40;
/** The size limit of a page, and of the item that exceeds it. */
const PAGE_BYTES_MAX = 1.6 * 1024 * 1024;

let shop: Shop;
const placed: string[] = [];
beforeAll(async () => {
  shop = await openShop({ HOLDFAST_CONTRACT_JUDGE: 'off', HOLDFAST_WEBHOOK_LOOPBACK: 'on' });
});
afterAll(() => shop.close());

async function walk(path: string): Promise<{ ids: string[]; pages: number; largest: number }> {
  const ids: string[] = [];
  let [pages, largest] = [0, 0];
  let cursor: string | null = null;
  do {
    const page = await shop.ask(`${path}${cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`}`);
    expect(page.status).toBe(200);
    if (page.json.has_more) expect(page.json.data.length).toBeGreaterThan(0);
    ids.push(...page.json.data.map(({ id }: { id: string }) => id));
    largest = Math.max(largest, Buffer.byteLength(page.text));
    pages += 1;
    cursor = page.json.has_more ? page.json.next_cursor : null;
  } while (cursor !== null);
  return { ids, pages, largest };
}

let receiver: Receiver;
beforeAll(async () => {
  receiver = await openReceiver();
});
afterAll(() => receiver.close());

test('large orders are placed and delivered', async () => {
  const endpoint = await shop.ask('/v2/webhook-endpoints', { body: { url: receiver.url } });
  expect(endpoint.status).toBe(201);
  let position = '';
  for (let n = 0; n < ORDERS; n += 1) {
    const { status, json, headers } = await shop.ask('/v1/orders', { body: aLargeOrder(n) });
    expect(status).toBe(201);
    placed.push(json.id);
    position = headers.get('holdfast-position')!;
  }
  await shop.ask('/v1/orders?limit=1', { headers: { 'Holdfast-Read-After': position } });
  await until(() => receiver.messages.length === ORDERS, 20_000);
  expect(receiver.messages.map(({ json }) => json.data.order_id).sort()).toEqual(placed.toSorted());
});

describe.each(['/v1', '/v2'])('%s: pages have few items, and a walk has each item once', (version) => {
  test.each(['asc', 'desc'])('orders, %s', async (order) => {
    const { ids, pages, largest } = await walk(`${version}/orders?limit=100&order=${order}`);
    expect(ids).toEqual(order === 'asc' ? placed : placed.toReversed());
    expect(pages).toBeGreaterThan(2);
    expect(largest).toBeLessThan(PAGE_BYTES_MAX);
  });

  test.each(['', '&types=OrderPlaced'])('the feed%s', async (types) => {
    const { ids, pages, largest } = await walk(`${version}/events?limit=100${types}`);
    expect(ids).toHaveLength(ORDERS);
    expect(new Set(ids).size).toBe(ORDERS);
    expect(pages).toBeGreaterThan(2);
    expect(largest).toBeLessThan(PAGE_BYTES_MAX);
  });
});

test('a history is bounded by bytes too: patches end, pages have few items, and the order can still be shipped', async () => {
  const { json } = await shop.ask('/v1/orders', { body: aLargeOrder(1_000) });
  const path = `/v1/orders/${json.id}`;
  const patch = (version: number) =>
    shop.ask(path, {
      method: 'PATCH',
      body: { metadata: aLargeOrder(0)['metadata' as never] },
      headers: { 'If-Match': `"${version}"`, 'Content-Type': 'application/merge-patch+json' },
    });
  let version = 1;
  for (;;) {
    const { status, json: problem } = await patch(version);
    if (status === 200) version += 1;
    else {
      expect([status, problem.code]).toEqual([422, 'order_history_full']);
      break;
    }
  }
  expect(version).toBeLessThan(400);
  const { pages, largest } = await walk(`${path}/events?limit=100`);
  expect(pages).toBeGreaterThan(1);
  expect(largest).toBeLessThan(PAGE_BYTES_MAX);
  expect((await shop.ask(`${path}/payments`, { body: { amount: json.total } })).status).toBe(201);
}, 120_000);
