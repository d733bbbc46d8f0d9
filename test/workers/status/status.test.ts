/** The status of webhooks names the endpoints that do not get their events, since when, and why. */
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { sql } from 'slonik';
import { webhooks } from '../../../workers/cli/webhooks.ts';
import { toUuid } from '../../../store/ids.ts';
import { readStatus, storeStatus, storedStatus } from '../../../store/webhooks/status.ts';
import { type Shop, openShop } from '../../setup/shop.ts';

let shop: Shop;
beforeAll(async () => {
  // Without the roles relay and webhooks, nothing but the test changes deliveries.
  shop = await openShop({ HOLDFAST_ROLES: 'api,projector' });
});
afterAll(() => shop.close());
beforeEach(() => shop.pool.query(sql.unsafe`DELETE FROM webhook_endpoints`));

/** @param path may contain a secret */
async function addEndpoint(settings = sql.fragment`failures = 0`, path = 'hooks/s3cret?token=s3cret') {
  const { json } = await shop.ask('/v2/webhook-endpoints', {
    body: { url: `https://receiver.invalid:8443/${path}` },
  });
  await shop.pool.query(
    sql.unsafe`UPDATE webhook_endpoints SET ${settings} WHERE endpoint_id = ${toUuid(json.id)}`,
  );
  return json.id as string;
}

interface Delivery {
  queuedSecondsAgo: number;
  /** Negative: in the past. */
  dueInSeconds: number;
  count?: number;
  status?: 'pending' | 'failed' | 'delivered';
}
const addDeliveries = (
  endpointId: string,
  { queuedSecondsAgo, dueInSeconds, count = 1, status = 'pending' }: Delivery,
) =>
  shop.pool.query(sql.unsafe`
    INSERT INTO webhook_deliveries (endpoint_id, event_id, event_type, partition, position, status, created_at,
                                    queued_at, next_attempt_at, finished_at)
    SELECT ${toUuid(endpointId)}, gen_random_uuid(), 'OrderPlaced', 0, 1, ${status},
           now() - ${queuedSecondsAgo} * interval '1 second', now() - ${queuedSecondsAgo} * interval '1 second',
           now() + ${dueInSeconds} * interval '1 second', CASE WHEN ${status} <> 'pending' THEN now() END
      FROM generate_series(1, ${count})`);

const read = () => readStatus(shop.pool, { endpointsMax: 50 });
const failing = sql.fragment`failures = 31, failing_since = now() - interval '1 hour', last_status = 503,
                             last_error = 'not_2xx'`;

test('deliveries that no worker claims are the fault of this installation, since they were due', async () => {
  const id = await addEndpoint();
  await addDeliveries(id, { queuedSecondsAgo: 600, dueInSeconds: -600, count: 3 });
  const { states, endpoints } = await read();
  expect(endpoints).toEqual([expect.objectContaining({ id, state: 'unclaimed', pending: 3, failed: 0 })]);
  expect(states).toEqual([expect.objectContaining({ state: 'unclaimed', endpoints: 1 })]);
  expect(states[0]!.oldest_due_seconds).toBeGreaterThanOrEqual(600);
  expect(states[0]!.oldest_undelivered_seconds).toBeGreaterThanOrEqual(600);
});

test('deliveries behind a claim, a rest, or due for a moment are not unclaimed', async () => {
  const claimed = await addEndpoint();
  await addDeliveries(claimed, { queuedSecondsAgo: 60, dueInSeconds: -60 });
  await addDeliveries(claimed, { queuedSecondsAgo: 61, dueInSeconds: 20 });
  await shop.pool.query(
    sql.unsafe`UPDATE webhook_deliveries SET claimed_until = next_attempt_at WHERE next_attempt_at > now()`,
  );
  const resting = await addEndpoint(sql.fragment`not_before = now() + interval '1 hour'`);
  await addDeliveries(resting, { queuedSecondsAgo: 60, dueInSeconds: -60 });
  const fresh = await addEndpoint();
  await addDeliveries(fresh, { queuedSecondsAgo: 1, dueInSeconds: -1 });
  const rested = await addEndpoint(sql.fragment`not_before = now() - interval '1 second'`);
  await addDeliveries(rested, { queuedSecondsAgo: 60, dueInSeconds: -60 });
  const { states } = await read();
  expect(states.map(({ state, endpoints }) => [state, endpoints]).toSorted()).toEqual([
    ['sending', 3],
    ['waiting', 1],
  ]);
});

test('a failing endpoint has its failures, the newest reason, its rest and its oldest event', async () => {
  const id = await addEndpoint(sql.fragment`${failing}, not_before = now() + interval '40 seconds'`);
  await addDeliveries(id, { queuedSecondsAgo: 3_700, dueInSeconds: 40 });
  await addDeliveries(id, { queuedSecondsAgo: 10, dueInSeconds: -10, count: 4 });
  await addDeliveries(id, { queuedSecondsAgo: 9_000, dueInSeconds: 0, status: 'failed' });
  const { endpoints } = await read();
  expect(endpoints).toEqual([
    expect.objectContaining({
      id,
      state: 'failing',
      tenant: 'test',
      host: 'receiver.invalid:8443',
      failures: 31,
      last_status: 503,
      last_error: 'not_2xx',
      rests_until: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      due_since: null,
      pending: 5,
      failed: 1,
    }),
  ]);
  expect(endpoints[0]!.oldest_undelivered_seconds).toBeGreaterThanOrEqual(3_700);
  expect(endpoints[0]!.oldest_undelivered_seconds).toBeLessThan(3_800);
});

test('a failing endpoint whose rest is long over is unclaimed: nobody tries it', async () => {
  const id = await addEndpoint(sql.fragment`${failing}, not_before = now() - interval '2 minutes'`);
  await addDeliveries(id, { queuedSecondsAgo: 3_600, dueInSeconds: -3_600 });
  const { endpoints, states } = await read();
  expect(endpoints).toEqual([expect.objectContaining({ id, state: 'unclaimed', failures: 31 })]);
  // Since the end of the rest, not since the event: the receiver is at fault for the time before.
  expect(states[0]!.oldest_due_seconds).toBeLessThan(180);
});

test('the most urgent come first; healthy endpoints, and those that a client disabled, are not listed', async () => {
  await addEndpoint(sql.fragment`disabled_at = now(), disabled_reason = 'by_client'`);
  const gone = await addEndpoint(sql.fragment`disabled_at = now(), disabled_reason = 'gone'`);
  await addEndpoint();
  const behind = await addEndpoint();
  await addDeliveries(behind, { queuedSecondsAgo: 900, dueInSeconds: 3_600 });
  const fails = await addEndpoint(failing);
  await addDeliveries(fails, { queuedSecondsAgo: 900, dueInSeconds: 3_600 });
  const unclaimed = await addEndpoint();
  await addDeliveries(unclaimed, { queuedSecondsAgo: 60, dueInSeconds: -60 });
  const { endpoints } = await read();
  expect(endpoints.map(({ id, state }) => [id, state])).toEqual([
    [unclaimed, 'unclaimed'],
    [fails, 'failing'],
    [behind, 'waiting'],
    [gone, 'disabled'],
  ]);
});

test('counts end at 10,000', async () => {
  const id = await addEndpoint();
  await addDeliveries(id, { queuedSecondsAgo: 900, dueInSeconds: -900, count: 10_050 });
  expect((await read()).endpoints[0]).toMatchObject({ pending: 10_000, failed: 0 });
});

test('several nodes compute the status once in 15 s, and read the same', async () => {
  await shop.pool.query(sql.unsafe`UPDATE webhook_status SET read_at = '-infinity', status = NULL`);
  expect(await storedStatus(shop.pool)).toBeUndefined();
  await Promise.all(Array.from({ length: 4 }, () => storeStatus(shop.pool)));
  const first = await storedStatus(shop.pool);
  const id = await addEndpoint();
  await addDeliveries(id, { queuedSecondsAgo: 600, dueInSeconds: -600 });
  await storeStatus(shop.pool);
  expect(await storedStatus(shop.pool)).toEqual(first);
  await shop.pool.query(sql.unsafe`UPDATE webhook_status SET read_at = now() - interval '16 seconds'`);
  await storeStatus(shop.pool);
  expect((await storedStatus(shop.pool))?.endpoints).toEqual([
    expect.objectContaining({ id, state: 'unclaimed' }),
  ]);
});

async function run(values: Record<string, string> = {}) {
  const context = { database: async () => shop.pool } as never;
  const output = await webhooks['status']!.run({ positionals: [], values, flags: new Set() }, context);
  return { text: output!.text, json: JSON.stringify(output!.data) };
}

test('the command names endpoint, tenant, cause and age; it shows no path and no query of a URL', async () => {
  const id = await addEndpoint(failing);
  await addDeliveries(id, { queuedSecondsAgo: 7_300, dueInSeconds: 300 });
  const { text, json } = await run();
  expect(text).toContain(`${id}  test (ten_`);
  expect(text).toMatch(/failing since \S+Z, 31 times in a row, last: not_2xx 503/);
  expect(text).toMatch(/1 pending, the oldest for 2 h \(since \S+Z\); 0 failed/);
  expect(text).toMatch(/relay, partition 0: at \d+, \d+ behind/);
  expect(text + json).not.toContain('s3cret');
});

test('the command counts deliveries that no node could read, and names tenants that the relay put off', async () => {
  const id = await addEndpoint();
  expect((await run()).text).toContain('unread: none');
  await addDeliveries(id, { queuedSecondsAgo: 60, dueInSeconds: 600, count: 2 });
  await shop.pool.query(sql.unsafe`UPDATE webhook_deliveries SET last_error = 'event_not_understood'`);
  await shop.pool.query(sql.unsafe`
    INSERT INTO webhook_relay_backlogs (partition, tenant_id, position, up_to_position)
    VALUES (0, ${shop.tenantId}, 4, 20)`);
  const { text, json } = await run();
  expect(text).toContain('unread: 2 event_not_understood, 0 event_not_rendered, 0 secret_not_decrypted');
  expect(text).toMatch(/put off by the relay, partition 0: ten_[0-9a-f]{32} from 4 to 20, since \S+Z/);
  expect(JSON.parse(json)).toMatchObject({
    unread: { event_not_understood: 2, event_not_rendered: 0, secret_not_decrypted: 0 },
    put_off: [{ partition: 0, position: 4, up_to_position: 20 }],
  });
  await shop.pool.query(sql.unsafe`DELETE FROM webhook_relay_backlogs`);
});

test('credentials in a URL are not shown either', async () => {
  const id = await addEndpoint(sql.fragment`url = 'https://user:s3cret@receiver.invalid/', ${failing}`);
  const { text, json } = await run();
  expect(text).toContain(`${id}  test`);
  expect(text).toContain('  receiver.invalid\n');
  expect(text + json).not.toContain('s3cret');
});

test('--endpoint and --tenant show healthy endpoints too', async () => {
  const id = await addEndpoint();
  expect((await run()).text).not.toContain(id);
  expect((await run({ endpoint: id })).text).toContain('accepts deliveries');
  const other = await shop.addTenant();
  expect((await run({ tenant: other.tenantId.replace(/^/, 'ten_').replaceAll('-', '') })).text).not.toContain(
    id,
  );
  await expect(run({ endpoint: 'whe_1' })).rejects.toThrow('--endpoint must be an id such as whe_…');
  await expect(run({ endpoint: `whe_${'0'.repeat(32)}` })).rejects.toThrow('not found');
});
