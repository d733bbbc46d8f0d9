/** A real failover that loses acknowledged events: each consumer of the log notices. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { status } from '@grpc/grpc-js';
import { sql } from 'slonik';
import { z } from 'zod';
import { migrate } from '../../../store/migrate.ts';
import { connect, failureOf } from '../../grpc/client.ts';
import { type Answer, type Shop, anOrder, openShop, until } from '../../setup/shop.ts';
import { type Receiver, openReceiver } from '../../workers/receiver.ts';
import { outcome } from '../../api/lists/feed-steps.ts';
import { toolsFolder } from '../stop/backup-page.ts';
import { type ReplicatedPostgres, openReplicatedPostgres } from './replicated-postgres.ts';

const tools = toolsFolder();

const body = anOrder({
  currency: undefined,
  lines: [{ sku: 'K', name: 'Kelp', quantity: 1, unit_price: { amount: 450, currency: 'EUR' } }],
});
const idsOf = ({ json }: Answer): string[] => json.data.map(({ id }: { id: string }) => id);

(tools === undefined ? describe.skip : describe)('an asynchronous replica is promoted', () => {
  let postgres: ReplicatedPostgres;
  let shop: Shop;
  let receiver: Receiver;
  beforeAll(async () => {
    postgres = await openReplicatedPostgres(tools!);
    await migrate(postgres.url);
    const database = {
      url: postgres.url,
      drop: async () => {},
      suspend: async () => {},
      resume: async () => {},
    };
    shop = await openShop({ HOLDFAST_WEBHOOK_LOOPBACK: 'on' }, Date.now, database);
    receiver = await openReceiver();
  }, 120_000);
  afterAll(async () => {
    await shop?.close();
    await receiver?.close();
    await postgres?.close();
  });

  const place = async (key?: string) => {
    const { json, headers, ...answer } = await shop.ask('/v2/orders', { body, ...(key && { key }) });
    expect([answer.status, json.detail]).toEqual([201, undefined]);
    return { id: json.id as string, position: Number(headers.get('holdfast-position')) };
  };
  const places = async (count: number) => {
    const placed: Awaited<ReturnType<typeof place>>[] = [];
    for (let n = 0; n < count; n += 1) placed.push(await place());
    return placed;
  };
  const isListed = async () => (await shop.ask('/v2/orders?limit=1')).headers.get('holdfast-lag') === '0';
  const arrived = (ids: readonly string[]) =>
    until(() => ids.every((id) => receiver.messages.some(({ json }) => json.data.order_id === id)));

  test('no consumer skips the events after it, and each token of a lost event is refused', async () => {
    await shop.ask('/v2/webhook-endpoints', { body: { url: receiver.url } });
    const kept = await places(3);
    await until(isListed);
    await arrived(kept.map(({ id }) => id));
    const keptFeed = (await shop.ask('/v2/events')).json.next_cursor;
    const keptWalk = (await shop.ask('/v2/orders?order=asc&limit=2')).json.next_cursor;
    await postgres.cutReplication();

    const lost = await places(5);
    const repeated = await place('known-to-the-client');
    await until(isListed);
    await arrived(lost.map(({ id }) => id));
    const lostFeed = (await shop.ask('/v2/events')).json.next_cursor;
    const lostWalk = (await shop.ask('/v2/orders?order=asc&limit=5')).json.next_cursor;
    const client = connect(shop.grpc, shop.apiKey);
    const watched: number[] = [];
    const stream = client.watchEvents({ after: 0 });
    const streamEnd = failureOf(
      new Promise((_resolve, reject) => {
        stream
          .once('error', reject)
          .on('data', ({ position }: { position: number }) => watched.push(position));
      }),
    );
    await until(() => watched.length === 9);

    await postgres.promote();
    await until(async () => (await shop.ask('/v2/orders', { body, key: 'first' })).status === 201, 30_000);
    const first = await place('first');
    const later = [first, ...(await places(3))];
    await until(isListed);

    // No position is assigned twice, and the epoch says why.
    expect(Math.min(...later.map(({ position }) => position))).toBeGreaterThan(repeated.position);
    const epochs = await shop.pool.any(sql.type(
      z.object({ epoch: z.int(), reason: z.string(), kept: z.int() }),
    )`
      SELECT epoch, reason, kept_position AS kept FROM log_epochs WHERE partition = 0 ORDER BY epoch DESC LIMIT 1`);
    expect(epochs).toEqual([{ epoch: 1, reason: 'other_timeline', kept: kept.at(-1)!.position }]);

    // Lists and totals show what the log has.
    const all = [...kept, ...later].map(({ id }) => id);
    expect(idsOf(await shop.ask('/v2/orders?order=asc&limit=100'))).toEqual(all);
    await until(
      async () => (await shop.ask('/v1/daily-sales')).json.data[0]?.orders_placed === all.length,
      30_000,
    );

    // Cursors, positions, and a stream that stayed open.
    expect(idsOf(await shop.ask(`/v2/orders?order=asc&limit=100&cursor=${keptWalk}`))).toEqual(all.slice(2));
    expect(outcome(await shop.ask(`/v2/orders?order=asc&limit=100&cursor=${lostWalk}`))).toBe(
      '400 invalid_cursor',
    );
    const continued = await shop.ask(`/v2/events?cursor=${keptFeed}`);
    expect(continued.json.data.map(({ order_id }: { order_id: string }) => order_id)).toEqual(
      later.map(({ id }) => id),
    );
    expect(outcome(await shop.ask(`/v2/events?cursor=${lostFeed}`))).toBe('400 invalid_cursor');
    for (const { position } of lost) {
      const headers = { 'Holdfast-Read-After': String(position) };
      expect(outcome(await shop.ask('/v2/orders', { headers }))).toBe('400 invalid_parameter');
      expect(outcome(await shop.ask(`/v2/events?after_position=${position}`))).toBe('400 invalid_parameter');
    }
    // It ends when Postgres vanishes or when it finds its event gone, and cannot continue.
    expect([status.UNAVAILABLE, status.INVALID_ARGUMENT]).toContain((await streamEnd).code);
    expect(watched).toHaveLength(9);
    const resumed = new Promise((_resolve, reject) =>
      client.watchEvents({ after: watched.at(-1)! }).once('error', reject),
    );
    expect(JSON.stringify(await failureOf(resumed))).toContain(
      'must be at most 3: the log lost this position',
    );
    client.close();

    // Webhooks of the new events arrive, and a repeat of the lost command takes effect.
    await arrived(later.map(({ id }) => id));
    const again = await shop.ask('/v2/orders', { body, key: 'known-to-the-client' });
    expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([201, null]);
    expect(again.json.id).not.toBe(repeated.id);
  }, 120_000);
});
