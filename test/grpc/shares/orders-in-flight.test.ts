/** One tenant's streams, over their quota or unread, do not delay the streams of other tenants. */
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { sql } from 'slonik';
import { PlaceOrdersRequest } from '../../../api/grpc/generated/orders.ts';
import { PLACE_BYTES, createInFlightOrders } from '../../../api/grpc/methods/in-flight-orders.ts';
import { newOrderMessage } from '../../../api/grpc/messages/new-order.ts';
import { IN_FLIGHT_ORDERS_MAX, STREAM_WAITING_MAX } from '../../../api/grpc/wire/limits.ts';
import type { Release } from '../../../platform/fair-share.ts';
import { holdTheLog } from '../../setup/database.ts';
import { type Shop, anOrder, openShop, until } from '../../setup/shop.ts';
import { type OrdersClient, connect, take } from '../client.ts';
import { connectDeaf, writeTo } from '../deaf-client.ts';

const QUOTA = 1_000;
const STREAMS = 20;
const ORDERS = 100;

let shop: Shop;
let loud: { tenantId: string; apiKey: string };
let quiet: { tenantId: string; apiKey: string };
let neighbour: OrdersClient;
const ends: (() => void)[] = [];
beforeAll(async () => {
  shop = await openShop({ HOLDFAST_RATE_LIMIT_WRITE: `${QUOTA}/60` });
});
afterAll(() => shop.close());
beforeEach(async () => {
  loud = await shop.addTenant();
  quiet = await shop.addTenant();
  neighbour = connect(shop.grpc, quiet.apiKey);
  ends.push(neighbour.close);
});
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

const placedBy = async ({ tenantId }: { tenantId: string }, upTo = Number.MAX_SAFE_INTEGER) =>
  Number(
    await shop.pool.oneFirst(
      sql.unsafe`SELECT count(*) FROM events WHERE tenant_id = ${tenantId} AND position <= ${upTo}`,
    ),
  );

/** Opens a stream of a client and sends orders on it. */
function send(client: OrdersClient, count: number) {
  const stream = client.placeOrders();
  stream.on('error', () => {});
  let answers = 0;
  stream.on('data', () => (answers += 1));
  for (let n = 0; n < count; n += 1) stream.write({ idempotency_key: randomUUID(), order: anOrder() });
  ends.push(() => stream.cancel());
  return { answers: () => answers, unsent: () => stream.writableLength };
}
type Sent = ReturnType<typeof send>;
const answersOf = (streams: Sent[]) => streams.reduce((sum, { answers }) => sum + answers(), 0);
const unsentOf = (streams: Sent[]) => streams.reduce((sum, { unsent }) => sum + unsent(), 0);

/** Milliseconds for the orders of the neighbour, all at once on one stream. */
async function neighbourMs(orders = ORDERS): Promise<number> {
  const began = performance.now();
  const stream = neighbour.placeOrders();
  const answers = take(stream);
  for (let n = 0; n < orders; n += 1) stream.write({ idempotency_key: randomUUID(), order: anOrder() });
  stream.end();
  for (const { outcome } of await answers) expect(outcome).toBe('placed');
  expect(await answers).toHaveLength(orders);
  return performance.now() - began;
}
/** Far more than a busy machine needs, and far less than what a held place costs. */
const usual = (aloneMs: number) => Math.max(2_000, aloneMs * 10);

async function standsStill(count: () => Promise<number>): Promise<void> {
  let before = -1;
  await until(async () => {
    const now = await count();
    const isStill = now === before;
    before = now;
    await new Promise((resolve) => setTimeout(resolve, 200));
    return isStill;
  }, 30_000);
}

test('streams that wait for their quota hold no places', async () => {
  const aloneMs = await neighbourMs();
  const client = connect(shop.grpc, loud.apiKey);
  ends.push(client.close);
  const streams = Array.from({ length: STREAMS }, () => send(client, QUOTA / 4));
  await until(() => answersOf(streams) >= QUOTA, 30_000);
  // The server reads no further.
  await standsStill(async () => unsentOf(streams));
  expect(await neighbourMs()).toBeLessThan(usual(aloneMs));
});

test('streams whose answers nobody reads hold no places', async () => {
  const aloneMs = await neighbourMs();
  const client = connectDeaf(shop.grpc, loud.apiKey);
  ends.push(client.close);
  const order = newOrderMessage({ ...anOrder(), shipping_address: null, metadata: {} });
  for (let s = 0; s < STREAMS; s += 1) {
    const call = client.call('PlaceOrders', undefined, { open: true });
    for (let n = 0; n < ORDERS; n += 1)
      writeTo(call, PlaceOrdersRequest.encode({ idempotency_key: `${s}-${n}`, order }).finish());
  }
  await standsStill(() => placedBy(loud));
  expect(await placedBy(loud)).toBeGreaterThan(0);
  expect(await neighbourMs()).toBeLessThan(usual(aloneMs));
});

/** Messages of a key that count against its quota. Each look counts one itself. */
function createCounted(apiKey: string): () => Promise<number> {
  let looks = 0;
  return async () => {
    looks += 1;
    const { status, headers } = await shop.ask('/v1/orders', { apiKey, body: {} });
    expect(status).toBe(422);
    return QUOTA - looks - Number(/;r=(\d+);/.exec(headers.get('ratelimit') ?? '')?.[1]);
  };
}

test('a tenant with many orders in flight does not keep the places from one with few', async () => {
  const client = connect(shop.grpc, loud.apiKey);
  ends.push(client.close);
  const counted = createCounted(quiet.apiKey);
  const held = await holdTheLog(shop.database.url);
  const before = await queueLength();
  const orders = QUOTA / STREAMS;
  const streams = Array.from({ length: STREAMS }, () => send(client, orders));
  await until(async () => (await queueLength()) - before === IN_FLIGHT_ORDERS_MAX, 30_000);
  // As many as wait for a place at once.
  const answered = neighbourMs(STREAM_WAITING_MAX);
  await until(async () => (await counted()) >= STREAM_WAITING_MAX, 30_000);
  await held.release();
  await answered;
  const last = Number(
    await shop.pool.oneFirst(
      sql.unsafe`SELECT max(position) FROM events WHERE tenant_id = ${quiet.tenantId}`,
    ),
  );
  await until(() => answersOf(streams) === QUOTA, 30_000);
  // Those that had their places, and as many as the neighbour's.
  expect(await placedBy(loud, last)).toBeLessThanOrEqual(IN_FLIGHT_ORDERS_MAX + 2 * ORDERS);
});

test('a place that comes back goes to the tenant with the fewest; a large order takes several', async () => {
  const places = createInFlightOrders();
  const releases: Release[] = [];
  for (let n = 0; n < IN_FLIGHT_ORDERS_MAX; n += 1) releases.push(await places.enter('a', 0));
  const entered: string[] = [];
  const ask = (tenant: string, bytes: number) =>
    void Promise.resolve(places.enter(tenant, bytes)).then(() => entered.push(tenant));
  for (let n = 0; n < 1_000; n += 1) ask('a', 0);
  ask('large', 2 * PLACE_BYTES);
  ask('small', PLACE_BYTES);
  const settled = () => new Promise((resolve) => setImmediate(resolve));
  await settled();
  expect(entered).toEqual([]);
  releases.pop()!();
  releases.pop()!();
  await settled();
  expect(entered).toEqual(['large']);
  releases.pop()!();
  await settled();
  expect(entered).toEqual(['large', 'small']);
});

test('a message that cannot be decoded counts against the quota', async () => {
  const client = connectDeaf(shop.grpc, loud.apiKey, 65_535);
  ends.push(client.close);
  const counted = createCounted(loud.apiKey);
  writeTo(client.call('PlaceOrders', undefined, { open: true }), Buffer.from([0xff]), 50);
  await until(async () => (await counted()) === 50);
});

async function queueLength(): Promise<number> {
  const { registry } = await import('../../../platform/metrics.ts');
  const found = (await registry.getSingleMetric('holdfast_append_queue_length')!.get()).values;
  return found[0]?.value ?? 0;
}
