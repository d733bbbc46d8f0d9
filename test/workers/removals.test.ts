/** The steps that remove deliveries, against a database without a running node. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type DatabaseTransactionConnection, sql } from 'slonik';
import { v7 } from 'uuid';
import { z } from 'zod';
import { createTenant } from '../../store/keys/api-keys.ts';
import { migrate } from '../../store/migrate.ts';
import { ensurePartitions } from '../../store/partitions.ts';
import type { DatabasePool } from '../../store/pool.ts';
import {
  LEDGER_BEGIN,
  lockLedgerStart,
  removeOfDeletedEndpoint,
  removeOldDeliveries,
  removeOldDeliveriesOf,
} from '../../store/webhooks/removals.ts';
import { type TestDatabase, cloneDatabase } from '../setup/database.ts';
import { onOnePostgres } from '../setup/postgres/only-on.ts';
import { openTestPool } from '../setup/pool.ts';
import { until } from '../setup/shop.ts';

let database: TestDatabase;
let pool: DatabasePool;
/** Of another node. */
let other: DatabasePool;
let tenantId: string;
beforeAll(async () => {
  database = await cloneDatabase();
  [pool, other] = [await openTestPool(database), await openTestPool(database)];
  await ensurePartitions(pool, 1, ['webhooks']);
  ({ tenantId } = await createTenant(pool, 'shop', 1));
});
afterAll(async () => {
  await Promise.all([pool.end(), other.end()]);
  await database.drop();
});
beforeEach(async () => {
  await pool.query(sql.unsafe`DELETE FROM webhook_endpoints`);
  await pool.query(sql.unsafe`TRUNCATE webhook_deliveries, webhook_removals, webhook_ledger_starts CASCADE`);
});

/** A transaction of the other node, open until `commit`. */
async function begin() {
  const opened = Promise.withResolvers<DatabaseTransactionConnection>();
  const ended = Promise.withResolvers<void>();
  const running = other.transaction(async (transaction) => {
    opened.resolve(transaction);
    await ended.promise;
  });
  return {
    transaction: await opened.promise,
    async commit() {
      ended.resolve();
      await running;
    },
  };
}

/** An endpoint with deliveries of the events 1 to N, which ended some days ago. */
async function anEndpoint(deliveries: number, endedDaysAgo = 0): Promise<string> {
  const endpointId = v7();
  await pool.query(sql.unsafe`
    INSERT INTO webhook_endpoints (endpoint_id, tenant_id, partition, edition, url, description, max_per_second, since_position, secret)
    VALUES (${endpointId}, ${tenantId}, 0, 'v2', 'https://receiver.invalid/', '', 100, 0, sha256('test'))`);
  await pool.query(sql.unsafe`
    INSERT INTO webhook_deliveries (endpoint_id, event_id, event_type, partition, position, status, attempts, finished_at)
    SELECT ${endpointId}, gen_random_uuid(), 'OrderPlaced', 0, n, 'delivered', 1,
           now() - ${endedDaysAgo} * interval '1 day' + n * interval '1 ms'
      FROM generate_series(1, ${deliveries}) AS n`);
  await pool.query(sql.unsafe`
    INSERT INTO webhook_attempts (delivery_id, number, attempted_at, duration_ms)
    SELECT delivery_id, 1, finished_at, 1 FROM webhook_deliveries WHERE endpoint_id = ${endpointId}`);
  return endpointId;
}
const count = (from: ReturnType<typeof sql.fragment>) =>
  pool.oneFirst(sql.type(z.object({ count: z.int() }))`SELECT count(*) ${from}`);
const deliveriesOf = (endpointId: string) =>
  count(sql.fragment`FROM webhook_deliveries WHERE endpoint_id = ${endpointId}`);
const startOf = (endpointId: string) =>
  pool.transaction((transaction) => lockLedgerStart(transaction, endpointId));
const remove = (deliveriesMax = 1_000) => removeOldDeliveries(pool, deliveriesMax, LEDGER_BEGIN);
const deleteEndpoint = (endpointId: string) =>
  pool.query(sql.unsafe`DELETE FROM webhook_endpoints WHERE endpoint_id = ${endpointId}`);
const makeDue = () => pool.query(sql.unsafe`UPDATE webhook_removals SET due_at = now()`);

describe('a deleted endpoint', () => {
  test('loses its deliveries in bounded steps, and any node runs the next one', async () => {
    const [deleted, kept] = [await anEndpoint(250), await anEndpoint(3)];
    await deleteEndpoint(deleted);
    expect(await removeOfDeletedEndpoint(pool, 100)).toBe(100);
    expect(await removeOfDeletedEndpoint(other, 100)).toBe(100);
    expect(await removeOfDeletedEndpoint(pool, 100)).toBe(50);
    expect(await removeOfDeletedEndpoint(pool, 100)).toBe(0);
    expect(await removeOfDeletedEndpoint(pool, 100)).toBeUndefined();
    expect([await deliveriesOf(deleted), await deliveriesOf(kept)]).toEqual([0, 3]);
    expect(await count(sql.fragment`FROM webhook_attempts`)).toBe(3);
  });

  test('is removed by one node at a time, beside another deleted endpoint', async () => {
    for (const endpointId of [await anEndpoint(5), await anEndpoint(5)]) await deleteEndpoint(endpointId);
    const { transaction, commit } = await begin();
    await transaction.query(sql.unsafe`SELECT FROM webhook_removals ORDER BY due_at LIMIT 1 FOR UPDATE`);
    expect(await removeOfDeletedEndpoint(pool, 10)).toBe(5);
    expect(await removeOfDeletedEndpoint(pool, 10)).toBe(0);
    expect(await removeOfDeletedEndpoint(pool, 10)).toBeUndefined();
    await commit();
    expect(await removeOfDeletedEndpoint(pool, 10)).toBe(5);
  });

  test('loses the deliveries that were locked, or inserted later, in a later pass', async () => {
    const deleted = await anEndpoint(5);
    await deleteEndpoint(deleted);
    const { transaction, commit } = await begin();
    await transaction.query(sql.unsafe`SELECT FROM webhook_deliveries ORDER BY number LIMIT 2 FOR UPDATE`);
    expect(await removeOfDeletedEndpoint(pool, 10)).toBe(3);
    await commit();
    await pool.query(sql.unsafe`
      INSERT INTO webhook_deliveries (endpoint_id, event_id, event_type, partition, position)
      VALUES (${deleted}, gen_random_uuid(), 'OrderPlaced', 0, 9)`);
    expect(await removeOfDeletedEndpoint(pool, 10)).toBe(1);
    expect(await removeOfDeletedEndpoint(pool, 10)).toBe(0);
    await makeDue();
    expect(await removeOfDeletedEndpoint(pool, 10)).toBe(2);
    expect(await deliveriesOf(deleted)).toBe(0);
  });

  test('is forgotten after an empty pass, when no transaction can insert a delivery any more', async () => {
    await deleteEndpoint(await anEndpoint(1));
    expect(await removeOfDeletedEndpoint(pool, 10)).toBe(1);
    for (let pass = 0; pass < 3; pass += 1) {
      await makeDue();
      expect(await removeOfDeletedEndpoint(pool, 10)).toBe(0);
    }
    expect(await count(sql.fragment`FROM webhook_removals`)).toBe(1);
    await pool.query(
      sql.unsafe`UPDATE webhook_removals SET due_at = now(), deleted_at = now() - interval '11 minutes'`,
    );
    expect(await removeOfDeletedEndpoint(pool, 10)).toBe(0);
    expect(await count(sql.fragment`FROM webhook_removals`)).toBe(0);
    expect(await count(sql.fragment`FROM webhook_ledger_starts`)).toBe(0);
  });
});

describe('old deliveries', () => {
  test('are removed oldest first, in bounded steps; the ledger then starts behind them', async () => {
    const [old, recent] = [await anEndpoint(25, 31), await anEndpoint(5, 29)];
    expect(await startOf(old)).toBe(0);
    const first = await remove(10);
    expect(first.removed).toBe(10);
    expect([await startOf(old), await deliveriesOf(old)]).toEqual([10, 15]);
    const second = await removeOldDeliveries(pool, 20, first.last!);
    expect(second.removed).toBe(15);
    expect(await removeOldDeliveries(pool, 20, second.last!)).toEqual({ removed: 0, last: undefined });
    expect([await startOf(old), await startOf(recent), await deliveriesOf(recent)]).toEqual([25, 0, 5]);
    expect(await count(sql.fragment`FROM webhook_attempts`)).toBe(5);
  });

  test('of one tenant are removed by its policy, after fewer days', async () => {
    const endpointId = await anEndpoint(5, 8);
    const stranger = v7();
    expect(await removeOldDeliveriesOf(pool, { tenantId: stranger, days: 7, deliveriesMax: 9 })).toBe(0);
    expect(await removeOldDeliveriesOf(pool, { tenantId, days: 9, deliveriesMax: 9 })).toBe(0);
    expect(await removeOldDeliveriesOf(pool, { tenantId, days: 7, deliveriesMax: 3 })).toBe(3);
    expect(await removeOldDeliveriesOf(pool, { tenantId, days: 7, deliveriesMax: 3 })).toBe(2);
    expect(await startOf(endpointId)).toBe(5);
  });

  test('stay while they are pending', async () => {
    const endpointId = await anEndpoint(2, 31);
    await pool.query(sql.unsafe`UPDATE webhook_deliveries SET status = 'pending' WHERE position = 1`);
    expect((await remove()).removed).toBe(1);
    expect(await deliveriesOf(endpointId)).toBe(1);
  });

  test('stay while a replay of undelivered events reads the ledger of their endpoint', async () => {
    const [replayed, resent] = [await anEndpoint(5, 31), await anEndpoint(5, 31)];
    const replay = (which: string) => sql.unsafe`
      INSERT INTO webhook_replays (replay_id, endpoint_id, partition, which, after_position, up_to_position, position)
      VALUES (gen_random_uuid(), ${which === 'all' ? resent : replayed}, 0, ${which}, 0, 5, 0)`;
    await pool.query(replay('all'));
    const { transaction, commit } = await begin();
    expect(await lockLedgerStart(transaction, replayed)).toBe(0);
    const removing = remove();
    await until(
      async () =>
        (await count(sql.fragment`
          FROM pg_locks JOIN pg_database AS database ON database.oid = pg_locks.database
         WHERE datname = current_database() AND locktype = 'advisory' AND NOT granted`)) === 1,
    );
    await transaction.query(replay('undelivered'));
    await commit();
    expect((await removing).removed).toBe(5);
    expect([await deliveriesOf(replayed), await deliveriesOf(resent)]).toEqual([5, 0]);
    await pool.query(sql.unsafe`UPDATE webhook_replays SET finished_at = now()`);
    expect((await remove()).removed).toBe(5);
  });

  test('that any other statement removes move the start of the ledger too', async () => {
    const endpointId = await anEndpoint(5);
    await pool.query(sql.unsafe`DELETE FROM webhook_deliveries WHERE position = 3`);
    await pool.query(sql.unsafe`DELETE FROM webhook_deliveries WHERE position = 2`);
    expect(await startOf(endpointId)).toBe(3);
  });
});

onOnePostgres('a schema older than Citus').test(
  'a ledger of the release before starts behind the last event of 30 days ago',
  async () => {
    await pool.query(sql.unsafe`UPDATE log_heads SET position = 9 WHERE partition = 0`);
    await pool.query(sql.unsafe`
    INSERT INTO events (partition, position, tenant_id, order_id, version, event_id, type, schema_version, data, idempotency_key, fingerprint, recorded_at)
    SELECT 0, n, ${tenantId}, gen_random_uuid(), 1, gen_random_uuid(), 'OrderPlaced', 1, '{}', 'key ' || n, sha256('test'),
           now() - (41 - n * 2) * interval '1 day'
      FROM generate_series(1, 9) AS n WHERE n <> 4`);
    const [old, young] = [await anEndpoint(0), await anEndpoint(0)];
    await pool.query(sql.unsafe`
    UPDATE webhook_endpoints SET created_at = now() - interval '31 days' WHERE endpoint_id = ${old}`);
    await pool.query(sql.unsafe`DROP TABLE webhook_removals, webhook_ledger_starts`);
    await pool.query(sql.unsafe`DROP FUNCTION queue_webhook_removal, move_webhook_ledger_starts CASCADE`);
    await pool.query(sql.unsafe`
    ALTER TABLE webhook_deliveries ADD CONSTRAINT webhook_deliveries_endpoint_id_fkey
      FOREIGN KEY (endpoint_id) REFERENCES webhook_endpoints ON DELETE CASCADE`);
    await pool.query(sql.unsafe`DELETE FROM schema_migrations WHERE name LIKE '0017%'`);
    expect(await migrate(database.url)).toEqual(['0017_webhook_volume.sql']);
    expect([await startOf(old), await startOf(young)]).toEqual([5, 0]);
  },
);
