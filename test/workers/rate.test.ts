/** `max_per_second` holds over all senders, wake-ups, retries and restarts. */
import { describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { sql } from 'slonik';
import { renderEvent } from '../../api/render-event.ts';
import { toUuid } from '../../store/ids.ts';
import type { DatabasePool } from '../../store/pool.ts';
import { findDueEndpoints } from '../../store/webhooks/claims.ts';
import { createEndpointTenants } from '../../store/webhooks/endpoint-tenants.ts';
import { openLocalWakeups } from '../../workers/wakeups/local-wakeups.ts';
import { createKeyring } from '../../store/secrets/keyring.ts';
import { startWebhooks } from '../../workers/webhooks.ts';
import { until } from '../setup/shop.ts';
import { openWebhooks } from './webhook-shop.ts';

const { aShop, hurry, ends, pool } = openWebhooks();

/** Begin times of all requests to an endpoint, from the ledger, in milliseconds. */
async function beginTimes(id: string): Promise<number[]> {
  const rows = await pool().anyFirst(sql.unsafe`
    SELECT extract(epoch FROM attempted_at)::float8 * 1000 FROM webhook_attempts
      JOIN webhook_deliveries USING (delivery_id) WHERE endpoint_id = ${toUuid(id)} ORDER BY attempted_at`);
  return rows.map(Number);
}

/** The most requests that began within one second. */
const mostInASecond = (times: readonly number[]): number =>
  Math.max(...times.map((from) => times.filter((at) => at >= from && at < from + 1_000).length));

/** Another sender on the same database, which finds due deliveries by its own sweep. */
function startSender(database: DatabasePool) {
  const log = pino({ level: 'silent' });
  const wakeups = openLocalWakeups({
    findDue: () => findDueEndpoints(database),
    tenantOf: createEndpointTenants(database),
    log,
  });
  const running = startWebhooks({
    pool: database,
    poolSize: 10,
    keyring: createKeyring([]),
    wakeups,
    allowLoopback: true,
    render: renderEvent,
    graceMs: 100,
    log,
  });
  return { wake: wakeups.wake, stop: running.stop };
}

describe('an endpoint', () => {
  test('gets at most max_per_second when each event wakes it', async () => {
    const { place, connect } = await aShop();
    const endpoint = await connect(204, { max_per_second: 2 });
    for (let n = 0; n < 7; n += 1) await place();
    await until(async () => (await beginTimes(endpoint.id)).length === 7, 20_000);
    expect(mostInASecond(await beginTimes(endpoint.id))).toBeLessThanOrEqual(2);
  }, 30_000);

  test.each([
    ['answers at once', 0],
    ['takes 1.5 s for each answer', 1_500],
  ])(
    'that %s gets at most max_per_second from four senders at once, and at nearly that rate',
    async (_name, answerMs) => {
      const { place, connect } = await aShop();
      const senders = [1, 2, 3].map(() => startSender(pool()));
      ends.push(() => Promise.all(senders.map(({ stop }) => stop())));
      const endpoint = await connect(
        (response) => setTimeout(() => response.writeHead(204).end(), answerMs),
        { max_per_second: 5 },
      );
      const wakeAll = setInterval(() => {
        for (const { wake } of senders) void wake([toUuid(endpoint.id)]);
      }, 50);
      ends.push(async () => clearInterval(wakeAll));
      for (let n = 0; n < 20; n += 1) await place();
      await until(async () => (await beginTimes(endpoint.id)).length === 20, 30_000);
      const times = await beginTimes(endpoint.id);
      expect(mostInASecond(times)).toBeLessThanOrEqual(5);
      expect(new Set(endpoint.receiver.messages.map(({ id }) => id)).size).toBe(20);
    },
    60_000,
  );

  test('gets retries and redeliveries within the same rate', async () => {
    const { ask, place, connect } = await aShop();
    const endpoint = await connect(500, { max_per_second: 2 });
    for (let n = 0; n < 3; n += 1) await place();
    await until(async () => (await beginTimes(endpoint.id)).length === 3);
    endpoint.receiver.behave(204);
    const deliveries = await endpoint.deliveries();
    await hurry(endpoint);
    await ask(`${endpoint.path}/deliveries/${deliveries[0].id}/redelivery`, { body: {} });
    await place();
    await until(async () => (await endpoint.deliveries('?status=delivered')).length === 4, 20_000);
    expect(mostInASecond(await beginTimes(endpoint.id))).toBeLessThanOrEqual(2);
  }, 30_000);

  test('gets a lower rate after a change of the setting, also from a new sender', async () => {
    const { place, connect } = await aShop();
    const endpoint = await connect(204, { max_per_second: 100 });
    for (let n = 0; n < 5; n += 1) await place();
    await until(async () => (await beginTimes(endpoint.id)).length === 5);
    await endpoint.patch({ max_per_second: 1 });
    const sender = startSender(pool());
    ends.push(sender.stop);
    for (let n = 0; n < 3; n += 1) await place();
    await until(async () => (await beginTimes(endpoint.id)).length === 8, 20_000);
    expect(mostInASecond((await beginTimes(endpoint.id)).slice(5))).toBe(1);
  }, 30_000);
});
