/** A primary, its synchronous standby, and a node that still reaches the old primary. */
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { status } from '@grpc/grpc-js';
import { type Guard, startGuard } from '../../../ops/embedded/guard.ts';
import { runPostgres } from '../../../loadtest/torture/faults/postgres.ts';
import { type Replication, replicate } from '../../../loadtest/torture/faults/standby/replication.ts';
import { migrate } from '../../../store/migrate.ts';
import { connect, failureOf } from '../../grpc/client.ts';
import { type Shop, anOrder, openShop, until } from '../../setup/shop.ts';

let dataDir: string;
let guard: Guard;
let replication: Replication;
let shop: Shop;
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'holdfast-primary-'));
  await chmod(dataDir, 0o755); // an unprivileged user runs Postgres when we are root
  guard = startGuard(dataDir);
  await mkdir(join(dataDir, 'first'), { mode: 0o755 });
  const first = await runPostgres(join(dataDir, 'first'), guard);
  await migrate(first.url);
  replication = await replicate(first, {
    mode: 'synchronous',
    dataDir,
    guard,
    now: () => performance.now(),
  });
  shop = await openAt(first.url);
}, 120_000);
afterAll(async () => {
  await shop?.close();
  await replication?.stop();
  await guard?.release();
  await rm(dataDir, { recursive: true, force: true });
});

const openAt = (url: string): Promise<Shop> =>
  openShop({ HOLDFAST_DURABILITY: 'remote_flush' }, Date.now, {
    url,
    drop: async () => {},
    suspend: async () => {},
    resume: async () => {},
  });
const place = (at: Shop, key: string) => at.ask('/v1/orders', { body: anOrder(), key });
const waiting = async () =>
  replication
    .primary()
    .ask<{ pid: number }>(
      "SELECT pid FROM pg_stat_activity WHERE wait_event = 'SyncRep' AND query ~ 'append_events'",
    );

test('a commit whose wait for the standby is cancelled is not acknowledged, nor is its repeat', async () => {
  replication.cut();
  try {
    const placing = place(shop, 'cancelled');
    await until(async () => (await waiting()).length > 0);
    for (const { pid } of await waiting())
      await replication.primary().ask(`SELECT pg_cancel_backend(${pid})`);
    expect((await placing).status).toBe(503);

    // The primary alone has the event: no repeat and no receipt confirms it.
    const repeat = await place(shop, 'cancelled');
    expect([repeat.status, repeat.json.code]).toEqual([503, 'unavailable']);
    expect((await shop.ask('/v1/idempotency-keys/cancelled')).status).toBe(503);
  } finally {
    replication.join();
  }
  await until(async () => (await place(shop, 'cancelled')).status === 201, 20_000);
  expect((await place(shop, 'cancelled')).headers.get('idempotent-replayed')).toBe('true');
}, 60_000);

test('a node without a standby answers 503, and all again when the standby is back', async () => {
  const placed = await place(shop, 'before');
  expect(placed.status).toBe(201);
  await replication.standby().stop();
  const order = `/v1/orders/${placed.json.id}`;
  await until(async () => (await shop.ask(order)).status === 503, 20_000);
  const refused = await shop.ask(order);
  expect(refused.json.detail).toContain('No standby confirms that this database is the primary');
  expect([refused.headers.get('retry-after'), refused.headers.get('etag')]).toEqual(['2', null]);
  await replication.standby().start();
  await until(async () => (await shop.ask(order)).status === 200, 20_000);
  await until(async () => (await place(shop, 'after')).status === 201, 20_000);
}, 60_000);

test('a node at the old primary neither acknowledges, nor refuses, nor answers from stale data', async () => {
  const first = await place(shop, 'first');
  expect(first.status).toBe(201);
  await replication.untilInSync();
  replication.cut();
  const old = await replication.promote();
  replication.join();
  await replication.addStandby();
  const other = await openAt(replication.primary().url);
  const client = connect(shop.grpc, shop.apiKey);
  try {
    const apiKey = shop.apiKey;
    const path = `/v1/orders/${first.json.id}`;
    const payment = { body: { amount: first.json.total }, key: 'paid', apiKey };
    await until(async () => (await other.ask(`${path}/payments`, payment)).status === 201, 20_000);
    const second = await other.ask('/v1/orders', { body: anOrder(), key: 'second', apiKey });
    const events = await other.ask('/v2/events?limit=100', { apiKey });

    await until(async () => (await shop.ask(path)).status === 503, 20_000);
    const answers = await Promise.all([
      shop.ask(path),
      shop.ask(`/v1/orders/${second.json.id}`),
      shop.ask('/v2/orders'),
      shop.ask('/v1/idempotency-keys/paid'),
      shop.ask(`/v2/events?cursor=${events.json.next_cursor}`),
      shop.ask(`/v1/orders/${second.json.id}/payments`, { body: { amount: 1 } }),
      shop.ask(path, { method: 'PATCH', body: { metadata: { note: 'x' } }, headers: { 'If-Match': '"2"' } }),
      place(shop, 'first'),
      place(shop, 'third'),
    ]);
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 503));
    const failure = await failureOf(client.getOrder({ order_id: second.json.id, version: undefined }));
    expect(failure.code).toBe(status.UNAVAILABLE);
  } finally {
    client.close();
    await other.close();
    await replication.remove(old);
  }
}, 120_000);
