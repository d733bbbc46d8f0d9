/** The backlog of an endpoint that recovers is due at once, in the order of the log. */
import { describe, expect, test } from '@jest/globals';
import { sql } from 'slonik';
import { toUuid } from '../../store/ids.ts';
import { until } from '../setup/shop.ts';
import { openReceiver } from './receiver.ts';
import { arrived, openWebhooks } from './webhook-shop.ts';

const { aShop, ends, pool } = openWebhooks();
const EVENTS = 12;

/** An endpoint whose deliveries have failed for a day: each waits for a retry in some hours. */
async function aDeadEndpoint(settings: object = {}) {
  const shop = await aShop();
  const endpoint = await shop.connect(500, settings);
  await shop.place();
  await until(async () => (await endpoint.get()).failing_since !== null);
  // No attempt runs while the test writes the failures of a day.
  await fails(endpoint.id, '1 day');
  for (let n = 1; n < EVENTS; n += 1) await shop.place();
  await until(async () => (await endpoint.deliveries('?limit=100')).length === EVENTS);
  await fails(endpoint.id, '1 day');
  return { ...shop, endpoint };
}

/** As after `duration` of failures; the retries come in an order of their own. */
async function fails(id: string, duration: string): Promise<void> {
  await pool().query(sql.unsafe`
    WITH failing AS (UPDATE webhook_endpoints SET failures = 20, failing_since = now() - ${duration}::interval, not_before = 'infinity'
                      WHERE endpoint_id = ${toUuid(id)})
    UPDATE webhook_deliveries SET tries = 9, claimed_until = NULL, next_attempt_at = now() + interval '1 hour' + (number * 7 % 11) * interval '1 minute'
     WHERE endpoint_id = ${toUuid(id)} AND status = 'pending'`);
}
const endRest = (id: string) =>
  pool().query(
    sql.unsafe`UPDATE webhook_endpoints SET not_before = '-infinity' WHERE endpoint_id = ${toUuid(id)}`,
  );

const positions = ({ messages }: { messages: { json: { data: { position: number } } }[] }) =>
  messages.map(({ json }) => json.data.position);
const ascending = (numbers: number[]) => numbers.toSorted((a, b) => a - b);

describe('a receiver that comes back after a day', () => {
  test('gets its backlog with its first success, oldest first; newest events of others do not wait', async () => {
    const { endpoint, place, connect } = await aDeadEndpoint({ max_per_second: 4 });
    const other = await connect();
    endpoint.receiver.behave(204);
    endpoint.receiver.messages.length = 0;
    await endRest(endpoint.id);
    const newest = await place();
    await until(() => other.receiver.messages.some(({ json }) => json.data.order_id === newest));
    await until(
      async () => (await endpoint.deliveries('?status=delivered&limit=100')).length === EVENTS + 1,
      20_000,
    );
    const [first, ...backlog] = positions(endpoint.receiver);
    // The event that tests the endpoint is the only one that overtakes.
    expect(first).toBe(Math.max(...positions(endpoint.receiver)));
    expect(backlog).toEqual(ascending(backlog));
  }, 40_000);

  test('under a new URL gets it without a new event, at the start of the schedule', async () => {
    const { endpoint } = await aDeadEndpoint({ max_per_second: 10 });
    const receiver = await openReceiver();
    ends.push(receiver.close);
    await endpoint.patch({ url: receiver.url });
    await arrived(receiver, EVENTS);
    expect(positions(receiver)).toEqual(ascending(positions(receiver)));
  }, 40_000);

  test('that is enabled again gets it without a new event', async () => {
    const { endpoint } = await aDeadEndpoint({ max_per_second: 10 });
    endpoint.receiver.behave(204);
    endpoint.receiver.messages.length = 0;
    await endpoint.patch({ status: 'disabled' });
    await endpoint.patch({ status: 'enabled' });
    await arrived(endpoint.receiver, EVENTS);
    expect(positions(endpoint.receiver)).toEqual(ascending(positions(endpoint.receiver)));
  }, 40_000);
});

test('after a short outage an event that is always refused keeps its schedule', async () => {
  const { place, connect } = await aShop();
  const endpoint = await connect(500);
  await place();
  await until(async () => (await endpoint.get()).failing_since !== null);
  await fails(endpoint.id, '30 seconds');
  const [refused] = await endpoint.deliveries();
  endpoint.receiver.behave(204);
  await endRest(endpoint.id);
  await place();
  await until(async () => (await endpoint.get()).failing_since === null);
  await place();
  await until(async () => (await endpoint.deliveries('?status=delivered')).length === 2);
  expect((await endpoint.deliveries('?status=pending'))[0]).toMatchObject({
    id: refused.id,
    attempt_count: 1,
    next_attempt_at: refused.next_attempt_at,
  });
});
