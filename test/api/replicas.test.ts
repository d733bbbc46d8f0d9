/** Lists from another address than DATABASE_URL. Here it leads to the primary, or elsewhere. */
import { afterEach, expect, test } from '@jest/globals';
import { registry } from '../../platform/metrics.ts';
import { cloneDatabase } from '../setup/database.ts';
import { type Shop, anOrder, openShop, until } from '../setup/shop.ts';

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).toReversed()) await clean();
});

async function openWith(replicaUrl: (databaseUrl: string) => string): Promise<Shop> {
  const database = await cloneDatabase();
  const urls = { DATABASE_URL: database.url, HOLDFAST_REPLICA_URLS: replicaUrl(database.url) };
  const shop = await openShop(urls, Date.now, database);
  cleanups.push(shop.close);
  return shop;
}

/** The value of a metric with a label. */
async function valueOf(name: string, label: Record<string, string>): Promise<number> {
  const { values } = (await registry.getMetricsAsJSON()).find((metric) => metric.name === name)!;
  const found = values.find(({ labels }) => Object.entries(label).every(([k, v]) => labels[k] === v));
  return found?.value ?? 0;
}
const readsOf = (outcome: string) => valueOf('holdfast_replica_reads_total', { outcome });
const replicas = (state: string) => valueOf('holdfast_replicas', { state });

const place = async (shop: Shop) => {
  const { status, json, headers } = await shop.ask('/v1/orders', { body: anOrder() });
  expect(status).toBe(201);
  return { id: json.id as string, position: headers.get('holdfast-position')! };
};

test('each list comes from the replica, and a walk shows each order once', async () => {
  const shop = await openWith((url) => url);
  const placed = [await place(shop), await place(shop), await place(shop)];
  await until(async () => (await replicas('used')) === 1);
  const headers = { 'Holdfast-Read-After': placed.at(-1)!.position };
  for (const path of ['/v1/orders', '/v1/daily-sales', '/v2/daily-sales', '/v2/customers/cus_1/summary'])
    await until(async () => {
      const before = await readsOf('answered');
      const { status, headers: fields } = await shop.ask(path, { headers });
      expect([path, status, Number(fields.get('holdfast-lag'))]).toEqual([path, 200, expect.any(Number)]);
      // The projection may be behind at first; then the primary waits for it.
      return (await readsOf('answered')) === before + 1;
    });

  const walked: string[] = [];
  let path = '/v1/orders?order=asc&limit=1';
  for (
    let cursor: string | null = '';
    cursor !== null;
    path = `/v1/orders?order=asc&limit=1&cursor=${cursor}`
  ) {
    const { json } = await shop.ask(path);
    walked.push(...json.data.map(({ id }: { id: string }) => id));
    cursor = json.next_cursor;
  }
  expect(walked).toEqual(placed.map(({ id }) => id));
});

test('a single order, the feed and a command never go to a replica', async () => {
  const shop = await openWith((url) => url);
  await until(async () => (await replicas('used')) === 1);
  const before = await readsOf('answered');
  const { id } = await place(shop);
  expect((await shop.ask(`/v1/orders/${id}`)).status).toBe(200);
  expect((await shop.ask(`/v1/orders/${id}/events`)).status).toBe(200);
  expect((await shop.ask('/v1/events')).status).toBe(200);
  expect(await readsOf('answered')).toBe(before);
});

test('a cursor of a node with replicas is one of a node without them', async () => {
  const shop = await openWith((url) => url);
  await place(shop);
  const { position } = await place(shop);
  const headers = { 'Holdfast-Read-After': position };
  const { json } = await shop.ask('/v1/orders?order=asc&limit=1', { headers });
  const plain = await openShop({}, Date.now, { ...shop.database, drop: async () => {} });
  cleanups.push(plain.close);
  const page = `/v1/orders?order=asc&limit=1&cursor=${json.next_cursor}`;
  const next = await plain.ask(page, { apiKey: shop.apiKey });
  expect([next.status, next.json.data.length]).toEqual([200, 1]);
  const changed = json.next_cursor.replace(/^..../, 'AwAA');
  expect((await shop.ask(`/v1/orders?cursor=${changed}`)).json.code).toBe('invalid_cursor');
});

test.each([
  ['another database', async () => (await cloneDatabase()).url],
  ['an address without a server', async () => 'postgres://holdfast:hush@127.0.0.1:1/holdfast'],
])('%s is left for the primary', async (_name, urlOf) => {
  const url = await urlOf();
  const shop = await openWith(() => url);
  const { position } = await place(shop);
  await until(async () => (await replicas('left')) === 1);
  const { status, json } = await shop.ask('/v1/orders', { headers: { 'Holdfast-Read-After': position } });
  expect([status, json.data.length, await replicas('used')]).toEqual([200, 1, 0]);
});
