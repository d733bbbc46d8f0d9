/** Replays take turns by tenant, and the relay and the sweep go between their steps. */
import { beforeEach, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { sql } from 'slonik';
import { z } from 'zod';
import { createReplayer } from '../../../store/webhooks/replays.ts';
import { startRelay } from '../../../workers/relay.ts';
import { until } from '../../setup/shop.ts';
import { openRelayScene } from './relay-scene.ts';

const { pool, addTenant, addEndpoints, addEvents } = openRelayScene();
let greedy: string;
let other: string;
beforeEach(async () => {
  greedy = await addTenant();
  other = await addTenant();
});

/** Starts a replay of all events for each endpoint of a tenant. */
const addReplays = (tenantId: string) =>
  pool().query(sql.unsafe`
    INSERT INTO webhook_replays (replay_id, endpoint_id, partition, which, after_position, up_to_position, position)
    SELECT gen_random_uuid(), endpoint_id, 0, 'all', 0, (SELECT position FROM log_heads WHERE partition = 0), 0
      FROM webhook_endpoints WHERE tenant_id = ${tenantId}`);
const count = (of: ReturnType<typeof sql.fragment>) =>
  pool().oneFirst(sql.type(z.object({ count: z.int() }))`SELECT count(*) FROM ${of}`);
const openReplays = () => count(sql.fragment`webhook_replays WHERE finished_at IS NULL`);
const tenantOf = (endpointId: string | undefined) =>
  pool().oneFirst(sql.type(z.object({ tenant_id: z.uuid() }))`
    SELECT tenant_id FROM webhook_endpoints WHERE endpoint_id = ${endpointId!}`);

test('tenants take turns, however many replays one of them has', async () => {
  await addEvents(greedy, 1_200);
  await addEvents(other, 1_200);
  await addEndpoints(greedy, 20);
  await addEndpoints(other, 1);
  await addReplays(greedy);
  await addReplays(other);
  const replay = createReplayer(pool(), 0);
  const served = [];
  for (let n = 0; n < 6; n += 1) served.push(await tenantOf((await replay())?.[0]));
  expect(served.filter((tenant) => tenant === other)).toHaveLength(3);
  expect(await count(sql.fragment`webhook_replays WHERE finished_at IS NOT NULL`)).toBe(2);
  while ((await replay()) !== undefined);
  expect(await openReplays()).toBe(0);
  expect(await count(sql.fragment`webhook_deliveries`)).toBe(21 * 1_200);
});

test('a replay that fails does not stop those of other tenants', async () => {
  await addEvents(greedy, 1);
  await addEvents(other, 1);
  await addEndpoints(greedy, 1);
  await addEndpoints(other, 1);
  await addReplays(greedy);
  await addReplays(other);
  await pool().query(sql.unsafe`
    ALTER TABLE webhook_deliveries ADD CONSTRAINT failing CHECK (order_version < 9)`);
  await pool().query(sql.unsafe`UPDATE events SET version = 9 WHERE tenant_id = ${greedy}`);
  const replay = createReplayer(pool(), 0);
  const outcomes = [];
  for (let n = 0; n < 2; n += 1)
    outcomes.push(
      await replay().then(
        () => 'passed',
        () => 'failed',
      ),
    );
  await pool().query(sql.unsafe`ALTER TABLE webhook_deliveries DROP CONSTRAINT failing`);
  expect(outcomes.toSorted()).toEqual(['failed', 'passed']);
  expect(await count(sql.fragment`webhook_deliveries`)).toBe(1);
  expect(await openReplays()).toBe(1);
});

test('the relay and the sweep go on between the steps of 120 replays', async () => {
  await addEvents(greedy, 5_000);
  await addEndpoints(greedy, 120);
  await pool().query(sql.unsafe`UPDATE checkpoints SET position = 5000`);
  await addReplays(greedy);
  await addEndpoints(other, 1);
  const woken = new Set<string>();
  const queue = { wake: async (ids: readonly string[]) => ids.forEach((id) => woken.add(id)) };
  const relay = startRelay({ pool: pool(), queue, partitions: [0], log: pino({ level: 'silent' }) });
  try {
    await until(async () => (await count(sql.fragment`webhook_deliveries`)) > 500);
    const waitsMs: number[] = [];
    for (let n = 1; n <= 10; n += 1) {
      await addEvents(other, 1);
      relay.wake(0);
      const beganMs = performance.now();
      await until(async () => (await count(ofOther())) === n, 20_000);
      waitsMs.push(performance.now() - beganMs);
    }
    expect(waitsMs.toSorted((a, b) => a - b)[5]).toBeLessThan(500);
    // Of a delivery whose wake-up was lost.
    woken.clear();
    await until(async () => (await Promise.all([...woken].map(tenantOf))).includes(other));
    expect(await openReplays()).toBeGreaterThan(0);
  } finally {
    await relay.stop();
  }
}, 60_000);

const ofOther = () => sql.fragment`
  webhook_deliveries JOIN webhook_endpoints USING (endpoint_id) WHERE tenant_id = ${other}`;
