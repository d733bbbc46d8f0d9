/** Failures of receivers, and of the relay itself, in the metrics of a running node. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'slonik';
import { parseMetrics, sum } from '../../../api/overview/samples.ts';
import { registry } from '../../../platform/metrics.ts';
import { readStatus } from '../../../store/webhooks/status.ts';
import { type Shop, anOrder, openShop, until } from '../../setup/shop.ts';
import { type Receiver, openReceiver } from '../receiver.ts';

let shop: Shop;
let receiver: Receiver;
beforeAll(async () => {
  shop = await openShop({ HOLDFAST_WEBHOOK_LOOPBACK: 'on' });
  receiver = await openReceiver(503);
});
afterAll(async () => {
  await shop.close();
  await receiver.close();
});

const place = () => shop.ask('/v1/orders', { body: anOrder() });
const metric = async (name: string, having?: RegExp) =>
  sum(parseMetrics(await registry.metrics()), name, having);

test('a failing endpoint has the newest failure on record, and is counted by state', async () => {
  const { json } = await shop.ask('/v2/webhook-endpoints', { body: { url: receiver.url } });
  expect((await place()).status).toBe(201);
  await until(async () => {
    const { endpoints } = await readStatus(shop.pool, { endpointsMax: 10, tenantId: shop.tenantId });
    return endpoints[0]?.last_error === 'not_2xx';
  }, 20_000);
  const { endpoints } = await readStatus(shop.pool, { endpointsMax: 10, tenantId: shop.tenantId });
  expect(endpoints).toEqual([
    expect.objectContaining({ id: json.id, last_status: 503, last_error: 'not_2xx' }),
  ]);
  await shop.pool.query(sql.unsafe`UPDATE webhook_endpoints SET failing_since = now() - interval '1 hour'`);
  await until(async () => (await metric('holdfast_webhook_endpoints', /"failing"/)) === 1, 60_000);
  expect(await metric('holdfast_webhook_oldest_undelivered_seconds', /"failing"/)).toBeGreaterThan(0);
  expect(await metric('holdfast_webhook_status_timestamp_seconds')).toBeGreaterThan(1_700_000_000);
}, 120_000);

test('a relay whose batches fail shows its lag', async () => {
  await until(async () => (await metric('holdfast_relay_lag_events')) === 0, 20_000);
  await shop.pool.query(sql.unsafe`
    ALTER TABLE webhook_deliveries ADD CONSTRAINT refused CHECK (event_type <> 'OrderPlaced') NOT VALID`);
  expect((await place()).status).toBe(201);
  await until(async () => (await metric('holdfast_relay_lag_events')) === 1, 20_000);
  await shop.pool.query(sql.unsafe`ALTER TABLE webhook_deliveries DROP CONSTRAINT refused`);
  await until(async () => (await metric('holdfast_relay_lag_events')) === 0, 20_000);
}, 90_000);
