/** The subscription of an endpoint at the append of an event decides, not the one at its relay. */
import { beforeEach, expect, test } from '@jest/globals';
import { sql } from 'slonik';
import { z } from 'zod';
import { disableEndpoint } from '../../../store/webhooks/endpoint-health.ts';
import {
  type EndpointSettings,
  deleteEndpoint,
  findEndpoint,
  listEndpoints,
  updateEndpoint,
} from '../../../store/webhooks/endpoints.ts';
import { createBacklogRelay } from '../../../store/webhooks/relay-backlogs.ts';
import { relayBatch } from '../../../store/webhooks/relay-batch.ts';
import { removeRelayedSubscriptions } from '../../../store/webhooks/removals.ts';
import { openRelayScene } from './relay-scene.ts';

const { pool, addTenant, addEndpoints, addEvents } = openRelayScene();
let tenantId: string;
let endpointId: string;
beforeEach(async () => {
  tenantId = await addTenant();
  await addEndpoints(tenantId, 1);
  const { rows } = await listEndpoints(pool(), { tenantId, from: 0, limit: 1 });
  endpointId = rows[0]!.endpoint_id;
});

const change = (settings: Partial<EndpointSettings>) =>
  pool().transaction(async (transaction) => {
    const before = (await findEndpoint(transaction, { tenantId }, endpointId, { lock: true }))!;
    const status = before.disabled_at === null ? 'enabled' : 'disabled';
    await updateEndpoint(transaction, { tenantId, partition: 0 }, before, { ...before, status, ...settings });
  });
const disable = () => change({ status: 'disabled' });
const enable = () => change({ status: 'enabled' });
const relay = (bound: { events?: number; deliveriesOfTenant?: number } = {}) =>
  relayBatch(pool(), 0, { events: 500, deliveries: 5_000, deliveriesOfTenant: 2_000, ...bound });
const queued = () =>
  pool().anyFirst(sql.type(z.object({ position: z.int() }))`
    SELECT position FROM webhook_deliveries WHERE endpoint_id = ${endpointId} ORDER BY number`);
const earlier = () =>
  pool().oneFirst(sql.type(z.object({ count: z.int() }))`SELECT count(*) FROM webhook_earlier_subscriptions`);

test('an endpoint that is disabled and enabled before the relay gets the events from before', async () => {
  await addEvents(tenantId, 2);
  await disable();
  await addEvents(tenantId, 3);
  await enable();
  await addEvents(tenantId, 1);
  expect(await relay()).toMatchObject({ events: 6, endpoints: [endpointId] });
  expect(await queued()).toEqual([1, 2, 6]);
});

test('each range in which it was enabled counts, in batches of any size', async () => {
  for (let n = 0; n < 4; n += 1) {
    await addEvents(tenantId, 1);
    await disable();
    await addEvents(tenantId, 1);
    await enable();
  }
  while ((await relay({ events: 3 })).events > 0);
  expect(await queued()).toEqual([1, 3, 5, 7]);
});

test('an endpoint that is disabled when the relay passes has the events from before', async () => {
  await addEvents(tenantId, 2);
  await disable();
  await addEvents(tenantId, 2);
  await relay();
  expect(await queued()).toEqual([1, 2]);
});

test('an endpoint that Holdfast disables has the events from before', async () => {
  await addEvents(tenantId, 2);
  await disableEndpoint(pool(), { endpointId, generation: 0 }, { reason: 'gone' });
  await addEvents(tenantId, 1);
  await enable();
  await relay();
  expect(await queued()).toEqual([1, 2]);
});

test('event types apply to the events that are appended after the change', async () => {
  await change({ event_types: ['OrderPlaced'] });
  await addEvents(tenantId, 1);
  await change({ event_types: ['OrderCancelled'] });
  await addEvents(tenantId, 1);
  await change({ event_types: null });
  await addEvents(tenantId, 1);
  await relay();
  expect(await queued()).toEqual([1, 3]);
});

test('types that change while it is disabled apply when it is enabled', async () => {
  await addEvents(tenantId, 1);
  await disable();
  await change({ event_types: ['OrderCancelled'] });
  await addEvents(tenantId, 1);
  await change({ status: 'enabled', event_types: ['OrderPlaced'] });
  await addEvents(tenantId, 1);
  await relay();
  expect(await queued()).toEqual([1, 3]);
});

test('events that were put off follow the subscription of their append', async () => {
  const other = await addTenant();
  await addEndpoints(other, 1);
  await addEvents(tenantId, 3);
  await addEvents(other, 1);
  await relay({ deliveriesOfTenant: 1 });
  expect(await queued()).toEqual([1]);
  await disable();
  await removeRelayedSubscriptions(pool());
  await enable();
  const step = createBacklogRelay(pool(), 0, { events: 500, deliveries: 500 });
  while ((await step()) !== undefined);
  expect(await queued()).toEqual([1, 2, 3]);
});

test('an endpoint that is deleted or created gets no event from before', async () => {
  await addEvents(tenantId, 1);
  await disable();
  await pool().transaction((transaction) =>
    deleteEndpoint(transaction, { tenantId, partition: 0 }, endpointId),
  );
  expect(await earlier()).toBe(0);
  expect(await relay()).toMatchObject({ events: 1, endpoints: [] });
  expect(await queued()).toEqual([]);
});

test('a subscription is forgotten after the relay has passed it', async () => {
  await addEvents(tenantId, 2);
  await disable();
  await enable();
  await removeRelayedSubscriptions(pool());
  expect(await earlier()).toBe(1);
  await relay({ events: 1 });
  await removeRelayedSubscriptions(pool());
  expect(await earlier()).toBe(1);
  await relay();
  await removeRelayedSubscriptions(pool());
  expect(await earlier()).toBe(0);
  // Without an event between two changes there is nothing to keep.
  await disable();
  await enable();
  expect(await earlier()).toBe(0);
});

test('changes that do not concern the subscription keep no earlier one', async () => {
  await addEvents(tenantId, 1);
  await change({ url: 'https://other.invalid/', max_per_second: 7, description: 'Kelp' });
  expect(await earlier()).toBe(0);
  await relay();
  expect(await queued()).toEqual([1]);
});
