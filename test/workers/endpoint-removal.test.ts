/** Deleting an endpoint is one row, whatever its ledger holds; its deliveries are removed later. */
import { describe, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { sql } from 'slonik';
import { z } from 'zod';
import { toUuid } from '../../store/ids.ts';
import { until } from '../setup/shop.ts';
import { arrived, openWebhooks } from './webhook-shop.ts';

const { aShop, ends, pool, databaseUrl } = openWebhooks();

const count = (from: ReturnType<typeof sql.fragment>) =>
  pool().oneFirst(sql.type(z.object({ count: z.int() }))`SELECT count(*) ${from}`);
const deliveriesOf = (id: string) =>
  count(sql.fragment`FROM webhook_deliveries WHERE endpoint_id = ${toUuid(id)}`);

/** A transaction of another session, open until `end`. */
async function begin(...statements: string[]): Promise<{ end: () => Promise<void> }> {
  const client = new Client({ connectionString: databaseUrl() });
  await client.connect();
  ends.unshift(() => client.end()); // before an endpoint of a failed test is deleted
  for (const statement of ['BEGIN', ...statements]) await client.query(statement);
  return { end: async () => void (await client.query('COMMIT')) };
}

describe('an endpoint with deliveries', () => {
  test('is deleted at once, also while its deliveries are locked, and no request finds any part of it', async () => {
    const { ask, place, connect } = await aShop();
    const endpoint = await connect();
    const other = await connect();
    await place();
    await until(async () => (await endpoint.deliveries('?status=delivered')).length === 1);
    const [{ id }] = await endpoint.deliveries();
    const replay = await ask(`${endpoint.path}/replays`, { body: { after_position: 0 } });
    const locked = await begin(
      `SELECT FROM webhook_deliveries WHERE endpoint_id = '${toUuid(endpoint.id)}' FOR UPDATE`,
    );
    const deleted = await ask(endpoint.path, { method: 'DELETE', key: 'delete-it' });
    expect(deleted.status).toBe(204);
    for (const [path, body] of [
      [endpoint.path],
      [`${endpoint.path}/secret`],
      [`${endpoint.path}/deliveries`],
      [`${endpoint.path}/deliveries/${id}`],
      [replay.headers.get('location')!],
      [`${endpoint.path}/deliveries/${id}/redelivery`, {}],
      [`${endpoint.path}/replays`, { after_position: 0 }],
      [`${endpoint.path}/secret-rotations`, {}],
    ] as [string, object?][]) {
      const { status, json } = await ask(path, { body });
      expect([path, status, json.code]).toEqual([path, 404, 'webhook_endpoint_not_found']);
    }
    const { json } = await ask('/v2/webhook-endpoints');
    expect(json.data.map((each: { id: string }) => each.id)).toEqual([other.id]);
    const repeated = await ask(endpoint.path, { method: 'DELETE', key: 'delete-it' });
    expect([repeated.status, repeated.headers.get('idempotent-replayed')]).toEqual([204, 'true']);
    const received = endpoint.receiver.messages.length;
    await place();
    await arrived(other.receiver, 2);
    expect(await deliveriesOf(endpoint.id)).toBeGreaterThan(0);
    await locked.end();
    await pool().query(sql.unsafe`UPDATE webhook_removals SET due_at = now()`); // skipped while locked
    await until(async () => (await deliveriesOf(endpoint.id)) === 0);
    expect(await count(sql.fragment`FROM webhook_attempts WHERE delivery_id = ${toUuid(id)}`)).toBe(0);
    expect(endpoint.receiver.messages).toHaveLength(received);
    expect(await deliveriesOf(other.id)).toBe(2);
  }, 30_000);

  test('is deleted at once, also while a step of its replay waits, and its replays are removed', async () => {
    const { ask, place, connect } = await aShop();
    const endpoint = await connect();
    await place();
    await until(async () => (await endpoint.deliveries('?status=delivered')).length === 1);
    const locked = await begin(
      `SELECT FROM webhook_deliveries WHERE endpoint_id = '${toUuid(endpoint.id)}' FOR UPDATE`,
    );
    await ask(`${endpoint.path}/replays`, { body: { after_position: 0 } });
    const replays = sql.fragment`FROM webhook_replays WHERE endpoint_id = ${toUuid(endpoint.id)}`;
    await until(
      async () =>
        (await count(
          sql.fragment`FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
        )) === 1,
    );
    expect((await ask(endpoint.path, { method: 'DELETE' })).status).toBe(204);
    await locked.end();
    await until(async () => (await deliveriesOf(endpoint.id)) === 0);
    expect(await count(replays)).toBe(1);
    await pool().query(sql.unsafe`
      UPDATE webhook_removals SET number = 0, deleted_at = now() - interval '1 hour', due_at = now()
       WHERE endpoint_id = ${toUuid(endpoint.id)}`);
    await until(async () => (await count(replays)) === 0);
  }, 30_000);

  test('blocks no other endpoint while the transaction that deletes it is open', async () => {
    const { place, connect } = await aShop();
    const endpoint = await connect();
    const other = await connect();
    await place();
    await until(async () => (await endpoint.deliveries('?status=delivered')).length === 1);
    // As a node of the release before deletes it.
    const deleting = await begin(
      `DELETE FROM webhook_endpoints WHERE endpoint_id = '${toUuid(endpoint.id)}'`,
    );
    await place();
    await arrived(other.receiver, 2);
    await deleting.end();
    await until(async () => (await deliveriesOf(endpoint.id)) === 0);
    expect(await deliveriesOf(other.id)).toBe(2);
  }, 30_000);
});
