/** Recovered endpoints of one tenant do not delay a recovered endpoint of another. */
import { expect, test } from '@jest/globals';
import { sql } from 'slonik';
import { z } from 'zod';
import { moveBacklog } from '../../../store/webhooks/claims.ts';
import { relayBatch } from '../../../store/webhooks/relay-batch.ts';
import { openRelayScene } from './relay-scene.ts';

const { pool, addTenant, addEndpoints, addEvents } = openRelayScene();

test('each step serves each tenant, however many endpoints of others recover', async () => {
  const greedy = await addTenant();
  await addEndpoints(greedy, 100);
  const others = [await addTenant(), await addTenant(), await addTenant()];
  for (const tenant of others) await addEndpoints(tenant, 1);
  for (const tenant of [greedy, ...others]) await addEvents(tenant, 600 / others.length);
  for (let left = 600 + 200; left > 0;)
    left -= (await relayBatch(pool(), 0, { events: 500, deliveries: 1e6, deliveriesOfTenant: 1e6 })).events;
  await pool().query(sql.unsafe`
    UPDATE webhook_deliveries SET tries = 3, next_attempt_at = now() + interval '1 hour'`);
  await pool().query(sql.unsafe`UPDATE webhook_endpoints SET backlog_number = 0`);
  const due = (tenantId: string) =>
    pool().oneFirst(sql.type(z.object({ count: z.int() }))`
      SELECT count(*) FROM webhook_deliveries JOIN webhook_endpoints USING (endpoint_id)
       WHERE tenant_id = ${tenantId} AND next_attempt_at <= now()`);

  await moveBacklog(pool());
  for (const tenant of others) expect(await due(tenant)).toBe(200);
  expect(await due(greedy)).toBe(17 * 200);
  for (let n = 0; n < 20 && (await due(greedy)) < 100 * 200; n += 1) await moveBacklog(pool());
  expect(await due(greedy)).toBe(100 * 200);
});
