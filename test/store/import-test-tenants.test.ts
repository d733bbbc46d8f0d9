/** Export and import of test tenants: they stay test tenants, of the same live tenant. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { exportLog } from '../../store/archive/export-log.ts';
import { importLog } from '../../store/archive/import-log.ts';
import { createTenant } from '../../store/keys/api-keys.ts';
import { issueKey } from '../../store/keys/issue-key.ts';
import { ensurePartitions } from '../../store/partitions.ts';
import type { DatabasePool } from '../../store/pool.ts';
import { listTenants } from '../../store/tenants.ts';
import { cloneDatabase } from '../setup/database.ts';
import { openTestPool } from '../setup/pool.ts';
import { type Shop, anOrder, openShop } from '../setup/shop.ts';
import { withTestKey } from '../setup/test-key.ts';
import { each } from './log-lines.ts';

let shop: Shop;
let live: string;
let ofTests: string;
let lines: string[];
beforeAll(async () => {
  shop = await openShop();
  const tests = await withTestKey(shop);
  [live, ofTests] = [shop.tenantId, tests.tenantId];
  for (const { ask } of [shop, tests]) await ask('/v1/orders', { body: anOrder() });
  lines = await exported();
});
afterAll(() => shop.close());

async function exported(tenantId?: string): Promise<string[]> {
  const range = { tenantId, from: 1, to: Number.MAX_SAFE_INTEGER };
  const all: string[] = [];
  for await (const line of exportLog(shop.pool, range)) all.push(line);
  return all;
}

/** Runs `act` on a database without events. */
async function inEmptyDatabase(act: (pool: DatabasePool) => Promise<void>): Promise<void> {
  const database = await cloneDatabase();
  const pool = await openTestPool(database);
  try {
    await ensurePartitions(pool, 1, []);
    await act(pool);
  } finally {
    await pool.end();
    await database.drop();
  }
}
const testKeyOf = (tenantId: string, pool: DatabasePool) =>
  issueKey(pool, { tenantId, name: 'tests', scopes: ['orders:read'], mode: 'test' });

test('an imported test tenant is that of its live tenant, and gets its next test keys', () =>
  inEmptyDatabase(async (pool) => {
    await importLog(pool, each(lines));
    expect(await listTenants(pool)).toMatchObject([
      { tenant_id: live, mode: 'live', test_of: null },
      { tenant_id: ofTests, mode: 'test', test_of: live },
    ]);
    expect(await testKeyOf(live, pool)).toMatchObject({ record: { tenant_id: ofTests } });
  }));

test('the file of a live tenant is as before', async () => {
  const [header = ''] = await exported(live);
  expect(Object.keys(JSON.parse(header).tenants[0])).toEqual([
    'tenant_id',
    'name',
    'partition',
    'created_at',
  ]);
});

test('a test tenant alone stays a test tenant, without a live one', () =>
  inEmptyDatabase(async (pool) => {
    await importLog(pool, each(await exported(ofTests)));
    expect(await listTenants(pool)).toMatchObject([{ tenant_id: ofTests, mode: 'test', test_of: null }]);
  }));

test('test orders do not become orders of a live tenant', () =>
  inEmptyDatabase(async (pool) => {
    const { tenantId } = await createTenant(pool, 'shop', 1);
    await expect(importLog(pool, each(lines), new Map([[ofTests, tenantId]]))).rejects.toThrow(
      /is a live tenant of this database, but the file has test orders for it/,
    );
  }));

test('a live tenant with another test tenant needs --tenant-map', () =>
  inEmptyDatabase(async (pool) => {
    const { tenantId } = await createTenant(pool, 'shop', 1);
    const made = await testKeyOf(tenantId, pool);
    if (made.kind !== 'issued') throw new Error(made.kind);
    const other = made.record.tenant_id;
    await expect(importLog(pool, each(lines), new Map([[live, tenantId]]))).rejects.toThrow(
      /has the test tenant ten_\w+ in this database, but .* Use --tenant-map/,
    );
    const rename = new Map([
      [live, tenantId],
      [ofTests, other],
    ]);
    const { created, tenants } = await importLog(pool, each(lines), rename);
    expect([created, tenants.toSorted()]).toEqual([[], [tenantId, other].toSorted()]);
  }));
