/** Projectors of several partitions on several independent nodes. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { holdfast } from '../../setup/processes/command.ts';
import { addApiKey, createTenant, partitionFor } from '../../../store/keys/api-keys.ts';
import { TEST_REDIS, type TestDatabase, cloneDatabase } from '../../setup/database.ts';
import { openTestPool } from '../../setup/pool.ts';
import { type ServerProcess, startServer } from '../../setup/processes/server-process.ts';
import { anOrder, newApiKey, send, until } from '../../setup/shop.ts';

const PARTITIONS = 4;

let database: TestDatabase;
let client: Client;
let env: Record<string, string>;
const nodes: ServerProcess[] = [];
beforeAll(async () => {
  database = await cloneDatabase();
  client = new Client({ connectionString: database.url });
  await client.connect();
  env = {
    DATABASE_URL: database.url,
    REDIS_URL: TEST_REDIS,
    HOLDFAST_BOOTSTRAP_KEY: newApiKey(),
    HOLDFAST_PARTITIONS: String(PARTITIONS),
    HOLDFAST_LOG_LEVEL: 'error',
  };
  nodes.push(await startServer({ env: { ...env, HOLDFAST_ROLES: 'api' } }));
  for (let n = 0; n < 2; n += 1) nodes.push(await startServer({ env }));
}, 60_000);
afterAll(async () => {
  await Promise.all(nodes.map((node) => node.end('SIGKILL')));
  await client.end();
  await database.drop();
});

/** A tenant's id decides its partition. @returns a key for each partition */
async function oneTenantAPartition(): Promise<string[]> {
  const pool = await openTestPool(database);
  const keys = new Map<number, string>();
  while (keys.size < PARTITIONS) {
    const { tenantId } = await createTenant(pool, 'Shop', PARTITIONS);
    const key = newApiKey();
    await addApiKey(pool, { tenantId, key, name: 'shop', scopes: ['orders:write'] });
    keys.set(partitionFor(tenantId, PARTITIONS), key);
  }
  await pool.end();
  return [...keys.values()];
}

const partitionsOf = async (relation: 'events' | 'orders'): Promise<number> => {
  const { rowCount } = await client.query(`SELECT DISTINCT partition FROM ${relation}`);
  return rowCount ?? 0;
};
const lag = async (): Promise<number[]> => {
  const { rows } = await client.query<{ lag: string }>(`
    SELECT head.position - checkpoint.position AS lag
      FROM log_heads AS head JOIN checkpoints AS checkpoint USING (partition)
     WHERE checkpoint.consumer = 'orders' ORDER BY partition`);
  return rows.map((row) => Number(row.lag));
};

test('each partition is processed; another node takes over from a killed one within seconds, and each event counts once', async () => {
  const keys = await oneTenantAPartition();
  const api = nodes[0]!;
  let placed = 0;
  let busy = true;
  const writers = keys.map(async (apiKey) => {
    while (busy) {
      const request = { body: anOrder(), apiKey, key: randomUUID() };
      let status: number;
      // A busy machine may refuse an order: its client sends it again.
      do ({ status } = await send(`${api.url}/v1/orders`, request));
      while (status === 503);
      expect(status).toBe(201);
      placed += 1;
    }
  });
  await until(() => placed > 200);
  expect(await partitionsOf('events')).toBe(PARTITIONS);

  await nodes[1]!.end('SIGKILL');
  const killedAt = performance.now();
  const heads = await client.query<{ partition: number; position: string }>(
    'SELECT partition, position FROM log_heads',
  );
  // The other node applies all events that were in the log at the kill.
  await until(async () => {
    const { rowCount } = await client.query(
      `SELECT FROM checkpoints JOIN unnest($1::int[], $2::bigint[]) AS was (partition, position) USING (partition)
        WHERE consumer = 'orders' AND checkpoints.position < was.position`,
      [heads.rows.map((row) => row.partition), heads.rows.map((row) => row.position)],
    );
    return rowCount === 0;
  }, 5_000);
  expect(performance.now() - killedAt).toBeLessThan(5_000);

  busy = false;
  await Promise.all(writers);
  await until(async () => (await lag()).every((events) => events === 0), 10_000);
  // Each order has one row, and one term: its SKU.
  const compared = 2 * placed;
  const verified = await holdfast(['projections', 'verify', 'orders', '--json'], env);
  expect(verified.json).toMatchObject({ missing: 0, surplus: 0, different: 0, compared });
  const rebuilt = await holdfast(['projections', 'rebuild', 'orders', '--json'], env);
  expect(rebuilt.json).toMatchObject({ missing: 0, surplus: 0, different: 0, compared });
  expect(await partitionsOf('orders')).toBe(PARTITIONS);
}, 90_000);
