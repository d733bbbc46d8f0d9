/** The relay with a tenant that has 200 endpoints, against a database without a running node. */
import { beforeAll, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { sql } from 'slonik';
import { z } from 'zod';
import { follow } from '../../../store/consumers/follow.ts';
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
const relay = (bound: { events: number; deliveries: number }) => relayBatch(pool(), 0, bound);

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
