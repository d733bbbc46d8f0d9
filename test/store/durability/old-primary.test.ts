/** A primary, its synchronous standby, and a node that still reaches the old primary. */
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { status } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { v7 } from 'uuid';
import { type Guard, startGuard } from '../../../ops/embedded/guard.ts';
import { runPostgres } from '../../../loadtest/torture/faults/postgres.ts';
import { openProxy } from '../../../loadtest/torture/faults/proxy.ts';
import { type Replication, replicate } from '../../../loadtest/torture/faults/standby/replication.ts';
import { durabilityState } from '../../../platform/metrics.ts';
import { toId } from '../../../store/ids.ts';
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
/** @returns the answer to a write that only the primary has, since its wait was cancelled */
async function placeUnreplicated(at: Shop, key: string) {
  const placing = place(at, key);
  await until(async () => (await waiting()).length > 0);
  for (const { pid } of await waiting()) await replication.primary().ask(`SELECT pg_cancel_backend(${pid})`);
  return placing;
}
const unconfirmed = async () => {
  const { values } = await durabilityState.get();
  return values.find(({ labels }) => labels.state === 'unconfirmed')?.value;
};
const waiting = async () =>
  replication
    .primary()
    .ask<{ pid: number }>(
      "SELECT pid FROM pg_stat_activity WHERE wait_event = 'SyncRep' AND query ~ 'append_events?'",
    );

test('a commit whose wait for the standby is cancelled is not acknowledged, nor is its repeat', async () => {
  expect((await shop.ask('/v1/orders')).status).toBe(200);
  replication.cut();
  try {
    expect((await placeUnreplicated(shop, 'cancelled')).status).toBe(503);

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
  expect(await unconfirmed()).toBe(1);
  const held = (await waiting()).length;
  for (const key of ['held-1', 'held-2', 'held-3']) expect((await place(shop, key)).status).toBe(503);
  expect(await waiting()).toHaveLength(held); // refused before they keep a backend
  await replication.standby().start();
  await until(async () => (await shop.ask(order)).status === 200, 20_000);
  await until(async () => (await place(shop, 'after')).status === 201, 20_000);
  expect(await unconfirmed()).toBe(0);
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

describe('a node that moves from the old primary to the new one', () => {
  /** A node at an old primary that has one order more, and another node at the new primary. */
  async function aNodeLeftBehind() {
    const url = new URL(replication.primary().url);
    const proxy = await openProxy({ host: url.hostname, port: Number(url.port) });
    url.port = String(proxy.port);
    const node = await openAt(url.href);
    expect((await place(node, 'kept')).status).toBe(201);
    await replication.untilInSync();
    replication.cut();
    expect((await placeUnreplicated(node, 'lost')).status).toBe(503);
    const [last] = await replication
      .primary()
      .ask<{ order_id: string }>('SELECT order_id FROM events ORDER BY position DESC LIMIT 1');
    // A failover takes longer than a lease.
    await until(async () => (await node.ask('/v2/orders')).status === 503, 20_000);
    const old = await replication.promote();
    replication.join();
    await replication.addStandby();
    const other = await openAt(replication.primary().url);
    await until(async () => (await other.ask('/v2/orders')).status === 200, 20_000);
    proxy.leadTo(replication.primary().port);
    const close = async () => {
      await node.close();
      await other.close();
      proxy.close();
      await replication.remove(old);
    };
    return { node, other, old, proxy, lostOrder: toId('ord', last!.order_id), close };
  }

  /** Asks until an answer has this status. @returns the statuses of all answers */
  async function statusesUntil(status: number, ask: () => Promise<{ status: number }>): Promise<Set<number>> {
    const statuses = new Set<number>();
    await until(async () => statuses.add((await ask()).status).has(status), 20_000);
    return statuses;
  }

  test('refuses no key that the old primary did not have', async () => {
    const { node, other, proxy, close } = await aNodeLeftBehind();
    try {
      const { apiKey } = await other.addTenant();
      const read = () => node.ask('/v2/orders', { apiKey });
      const client = connect(node.grpc, apiKey);
      const watchByGrpc = () =>
        failureOf(client.getOrder({ order_id: toId('ord', v7()), version: undefined }));
      expect((await read()).status).toBe(503);
      expect((await watchByGrpc()).code).toBe(status.UNAVAILABLE);
      proxy.reset();
      expect(await statusesUntil(200, read)).not.toContain(401);
      expect((await watchByGrpc()).code).toBe(status.NOT_FOUND);
      client.close();
    } finally {
      await close();
    }
  }, 120_000);

  test('confirms no read of the old primary by the new one', async () => {
    const { node, old, lostOrder, close } = await aNodeLeftBehind();
    try {
      await old.ask(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'holdfast-lease'",
      );
      const read = () => node.ask(`/v1/orders/${lostOrder}`);
      expect(await statusesUntil(404, read)).not.toContain(200);
    } finally {
      await close();
    }
  }, 120_000);
});
