/** Failing endpoints are counted, so that an alert fires before they are disabled. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'slonik';
import { registry } from '../../platform/metrics.ts';
import { type Shop, openShop, until } from '../setup/shop.ts';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(async () => {
  await shop.close();
});

const counted = async () => {
  const text = await registry.getSingleMetricAsString('holdfast_webhook_endpoints_failing');
  return Number(/^holdfast_webhook_endpoints_failing (\d+)$/m.exec(text)?.[1]);
};
const failFor = (seconds: number) =>
  shop.pool.query(
    sql.unsafe`UPDATE webhook_endpoints SET failing_since = now() - ${seconds} * interval '1 second'`,
  );

test('an endpoint counts as failing after 30 s of failures, until a success or until it is disabled', async () => {
  await shop.ask('/v2/webhook-endpoints', { body: { url: 'https://receiver.invalid/' } });
  await failFor(20);
  await until(async () => (await counted()) === 0);
  await until(async () => (await counted()) === 1, 20_000); // ten seconds later
  await failFor(0);
  await until(async () => (await counted()) === 0);
  await failFor(3_600);
  await until(async () => (await counted()) === 1);
  await shop.pool.query(
    sql.unsafe`UPDATE webhook_endpoints SET disabled_at = now(), disabled_reason = 'by_client'`,
  );
  await until(async () => (await counted()) === 0);
  expect(await counted()).toBe(0);
}, 60_000);
