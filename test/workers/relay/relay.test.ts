/** The relay with a tenant that has 200 endpoints, against a database without a running node. */
import { beforeAll, describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { sql } from 'slonik';
import { z } from 'zod';
import { follow } from '../../../store/consumers/follow.ts';
import { createBacklogRelay } from '../../../store/webhooks/relay-backlogs.ts';
import { relayBatch } from '../../../store/webhooks/relay-batch.ts';
import { relayFollower } from '../../../workers/relay.ts';
import { until } from '../../setup/shop.ts';
import { openRelayScene } from './relay-scene.ts';

const log = pino({ level: 'silent' });
const queue = { wake: async () => {} };

const { pool, addTenant, addEndpoints, addEvents } = openRelayScene();
let greedy: string;
let other: string;
beforeAll(async () => {
  greedy = await addTenant();
  other = await addTenant();
});

const deliveries = () =>
  pool().oneFirst(sql.type(z.object({ count: z.int() }))`SELECT count(*) FROM webhook_deliveries`);
const relay = (bound: { events: number; deliveries: number; deliveriesOfTenant?: number }) =>
  relayBatch(pool(), 0, { deliveriesOfTenant: 1_000_000, ...bound });

test('a batch ends with the event whose deliveries reach the bound', async () => {
  await addEndpoints(greedy, 200);
  await addEndpoints(other, 1);
  await addEvents(other, 3);
  await addEvents(greedy, 10);
  await addEvents(other, 3);
  const bound = { events: 500, deliveries: 1_000 };
  const first = await relay(bound);
  expect([first.events, first.is_full, first.endpoints.length]).toEqual([3 + 5, true, 201]);
  expect(await deliveries()).toBe(3 + 5 * 200);
  expect((await relay(bound)).events).toBe(5);
  const last = await relay(bound);
  expect([last.events, last.is_full]).toEqual([3, false]);
  expect(await deliveries()).toBe(6 + 10 * 200);
});

test('one event is relayed to 200 endpoints whatever the bound', async () => {
  await addEndpoints(greedy, 200);
  await addEvents(greedy, 2);
  expect(await relay({ events: 500, deliveries: 1 })).toMatchObject({ events: 1, is_full: true });
  expect(await deliveries()).toBe(200);
});

test('endpoints that want no such event do not shorten a batch', async () => {
  await addEndpoints(greedy, 200);
  await pool().query(sql.unsafe`UPDATE webhook_endpoints SET event_types = '{OrderCancelled}'`);
  await addEvents(greedy, 100);
  expect(await relay({ events: 500, deliveries: 10 })).toMatchObject({ events: 100, is_full: false });
});

test.each([
  // A statement that exceeds its time limit ends with this code.
  ['times out', 'query_canceled'],
  ['fails', 'data_exception'],
])(
  'a batch that %s is halved until it passes, and the next ones grow',
  async (_what, condition) => {
    await addEndpoints(greedy, 200);
    await addEvents(greedy, 40);
    const rowsMax = 3 * 200;
    await pool().query(sql.unsafe`
      CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS ${sql.literalValue(`
        BEGIN
          IF (SELECT count(*) FROM inserted) > ${rowsMax} THEN RAISE '${condition}' USING ERRCODE = '${condition}'; END IF;
          RETURN NULL;
        END`)}`);
    await pool().query(sql.unsafe`
      CREATE TRIGGER refuse AFTER INSERT ON webhook_deliveries
        REFERENCING NEW TABLE AS inserted FOR EACH STATEMENT EXECUTE FUNCTION refuse()`);
    const following = follow([relayFollower({ pool: pool(), queue, log }, 0)]);
    await until(async () => (await deliveries()) === 40 * 200, 30_000);
    await following.stop();
    await pool().query(sql.unsafe`DROP TRIGGER refuse ON webhook_deliveries`);
  },
  40_000,
);

describe('a tenant whose deliveries exceed its share of a batch', () => {
  const bound = { events: 500, deliveries: 5_000, deliveriesOfTenant: 400 };
  const queuedOf = (tenantId: string) =>
    pool().anyFirst(sql.type(z.object({ position: z.int() }))`
      SELECT position FROM webhook_deliveries JOIN webhook_endpoints USING (endpoint_id)
       WHERE tenant_id = ${tenantId} ORDER BY webhook_deliveries.number`);
  const backlogs = () =>
    pool().any(sql.type(z.object({ tenant_id: z.uuid(), position: z.int(), up_to_position: z.int() }))`
      SELECT tenant_id, position, up_to_position FROM webhook_relay_backlogs`);

  test('is put off, and gets each event once, in the order of the log', async () => {
    await addEndpoints(greedy, 100);
    await addEndpoints(other, 1);
    await addEvents(greedy, 20);
    await addEvents(other, 1);
    expect(await relay(bound)).toMatchObject({ events: 21, is_full: false });
    expect((await queuedOf(other)).length).toBe(1);
    expect((await queuedOf(greedy)).length).toBe(4 * 100);
    expect(await backlogs()).toEqual([{ tenant_id: greedy, position: 4, up_to_position: 20 }]);

    // Later events wait for the earlier ones, also in a batch of their own.
    await addEvents(greedy, 2);
    expect(await relay(bound)).toMatchObject({ events: 2, endpoints: [] });
    const step = createBacklogRelay(pool(), 0, { events: 500, deliveries: 500 });
    expect((await step())?.length).toBe(100);
    expect(await backlogs()).toEqual([{ tenant_id: greedy, position: 9, up_to_position: 23 }]);
    while ((await step()) !== undefined);
    expect(await backlogs()).toEqual([]);
    const positions = await queuedOf(greedy);
    expect(positions).toEqual(positions.toSorted((a, b) => a - b));
    expect(positions.length).toBe(22 * 100);

    await addEvents(greedy, 1);
    expect((await relay(bound)).endpoints).toHaveLength(100);
  });

  test('is not put off while no other tenant has events', async () => {
    await addEndpoints(greedy, 100);
    await addEvents(greedy, 20);
    expect(await relay(bound)).toMatchObject({ events: 20 });
    expect(await deliveries()).toBe(20 * 100);
    expect(await backlogs()).toEqual([]);
  });

  test('takes turns with others that were put off', async () => {
    const third = await addTenant();
    for (const tenant of [greedy, third]) {
      await addEndpoints(tenant, 100);
      await addEvents(tenant, 20);
    }
    await relay(bound);
    expect(await backlogs()).toHaveLength(2);
    const step = createBacklogRelay(pool(), 0, { events: 500, deliveries: 100 });
    for (let n = 0; n < 4; n += 1) await step();
    expect([(await queuedOf(greedy)).length, (await queuedOf(third)).length]).toEqual([600, 600]);
  });

  test('waits while the relay is paused', async () => {
    await addEndpoints(greedy, 100);
    await addEndpoints(other, 1);
    await addEvents(greedy, 20);
    await addEvents(other, 1);
    await relay(bound);
    const step = createBacklogRelay(pool(), 0, { events: 500, deliveries: 500 });
    await pool().query(sql.unsafe`UPDATE checkpoints SET paused_at = now()`);
    expect(await step()).toBeUndefined();
    await pool().query(sql.unsafe`UPDATE checkpoints SET paused_at = NULL`);
    expect(await step()).toHaveLength(100);
  });
});
