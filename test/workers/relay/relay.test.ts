/** The relay with a tenant that has 200 endpoints, against a database without a running node. */
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { sql } from 'slonik';
import { z } from 'zod';
import { createTenant } from '../../../store/keys/api-keys.ts';
import { follow } from '../../../store/consumers/follow.ts';
import { ensurePartitions } from '../../../store/partitions.ts';
import type { DatabasePool } from '../../../store/pool.ts';
import { relayBatch } from '../../../store/webhooks/relay-batch.ts';
import { relayFollower } from '../../../workers/relay.ts';
import { type TestDatabase, cloneDatabase } from '../../setup/database.ts';
import { openTestPool } from '../../setup/pool.ts';
import { until } from '../../setup/shop.ts';

const log = pino({ level: 'silent' });
const queue = { wake: async () => {} };

let database: TestDatabase;
let pool: DatabasePool;
let greedy: string;
let other: string;
beforeAll(async () => {
  database = await cloneDatabase();
  pool = await openTestPool(database);
  await ensurePartitions(pool, 1, ['webhooks']);
  ({ tenantId: greedy } = await createTenant(pool, 'greedy', 1));
  ({ tenantId: other } = await createTenant(pool, 'other', 1));
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});
beforeEach(async () => {
  await pool.query(sql.unsafe`TRUNCATE webhook_deliveries, webhook_endpoints, events CASCADE`);
  await pool.query(sql.unsafe`UPDATE checkpoints SET position = 0`);
  await pool.query(sql.unsafe`UPDATE log_heads SET position = 0`);
});

const addEndpoints = (tenantId: string, count: number) =>
  pool.query(sql.unsafe`
    INSERT INTO webhook_endpoints (endpoint_id, tenant_id, partition, edition, url, description, max_per_second, since_position, secret)
    SELECT gen_random_uuid(), ${tenantId}, 0, 'v2', 'https://receiver.invalid/', '', 100, 0, sha256('test')
      FROM generate_series(1, ${count})`);

/** Appends events of a tenant. */
const addEvents = (tenantId: string, count: number) =>
  pool.query(sql.unsafe`
    WITH head AS (UPDATE log_heads SET position = position + ${count} WHERE partition = 0 RETURNING position - ${count} AS before)
    INSERT INTO events (partition, position, tenant_id, order_id, version, event_id, type, schema_version, data, idempotency_key, fingerprint, recorded_at)
    SELECT 0, head.before + n, ${tenantId}, gen_random_uuid(), 1, gen_random_uuid(), 'OrderPlaced', 1, '{}', gen_random_uuid()::text, sha256('test'), now()
      FROM head CROSS JOIN generate_series(1, ${count}) AS n`);

const deliveries = () =>
  pool.oneFirst(sql.type(z.object({ count: z.int() }))`SELECT count(*) FROM webhook_deliveries`);
const relay = (bound: { events: number; deliveries: number }) => relayBatch(pool, 0, bound);

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
  await pool.query(sql.unsafe`UPDATE webhook_endpoints SET event_types = '{OrderCancelled}'`);
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
    await pool.query(sql.unsafe`
      CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS ${sql.literalValue(`
        BEGIN
          IF (SELECT count(*) FROM inserted) > ${rowsMax} THEN RAISE '${condition}' USING ERRCODE = '${condition}'; END IF;
          RETURN NULL;
        END`)}`);
    await pool.query(sql.unsafe`
      CREATE TRIGGER refuse AFTER INSERT ON webhook_deliveries
        REFERENCING NEW TABLE AS inserted FOR EACH STATEMENT EXECUTE FUNCTION refuse()`);
    const following = follow([relayFollower({ pool, queue, log }, 0)]);
    await until(async () => (await deliveries()) === 40 * 200, 30_000);
    await following.stop();
    await pool.query(sql.unsafe`DROP TRIGGER refuse ON webhook_deliveries`);
  },
  40_000,
);
