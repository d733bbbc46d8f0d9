/** Tenants with endpoints and events, in a database without a running node. */
import { afterAll, beforeAll, beforeEach } from '@jest/globals';
import { sql } from 'slonik';
import { createTenant } from '../../../store/keys/api-keys.ts';
import { ensurePartitions } from '../../../store/partitions.ts';
import type { DatabasePool } from '../../../store/pool.ts';
import { type TestDatabase, cloneDatabase } from '../../setup/database.ts';
import { openTestPool } from '../../setup/pool.ts';

/** Registers the hooks of a test file: one database with one partition, empty for each test. */
export function openRelayScene() {
  let database: TestDatabase;
  let pool: DatabasePool;
  beforeAll(async () => {
    database = await cloneDatabase();
    pool = await openTestPool(database);
    await ensurePartitions(pool, 1, ['webhooks']);
  });
  afterAll(async () => {
    await pool.end();
    await database.drop();
  });
  beforeEach(async () => {
    await pool.query(
      sql.unsafe`TRUNCATE webhook_deliveries, webhook_endpoints, webhook_relay_backlogs, events CASCADE`,
    );
    await pool.query(sql.unsafe`UPDATE checkpoints SET position = 0`);
    await pool.query(sql.unsafe`UPDATE log_heads SET position = 0`);
  });

  const addTenant = async () => (await createTenant(pool, 'shop', 1)).tenantId;

  const addEndpoints = (tenantId: string, count: number) =>
    pool.query(sql.unsafe`
      INSERT INTO webhook_endpoints (endpoint_id, tenant_id, partition, edition, url, description, max_per_second, since_position, secret)
      SELECT gen_random_uuid(), ${tenantId}, 0, 'v2', 'https://receiver.invalid/', '', 100, 0, sha256('test')
        FROM generate_series(1, ${count})`);

  /** Appends events of a tenant. */
  const addEvents = (tenantId: string, count: number) =>
    pool.query(sql.unsafe`
      WITH head AS (
        UPDATE log_heads SET position = position + ${count} WHERE partition = 0 RETURNING position - ${count} AS before
      )
      INSERT INTO events (partition, position, tenant_id, order_id, version, event_id, type, schema_version, data, idempotency_key, fingerprint, recorded_at)
      SELECT 0, head.before + n, ${tenantId}, gen_random_uuid(), 1, gen_random_uuid(), 'OrderPlaced', 1, '{}', gen_random_uuid()::text, sha256('test'), now()
        FROM head
       CROSS JOIN generate_series(1, ${count}) AS n`);

  return { pool: () => pool, addTenant, addEndpoints, addEvents };
}
