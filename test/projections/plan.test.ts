import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { sql } from 'slonik';
import { v7 } from 'uuid';
import { explain } from '../../loadtest/kit/explain.ts';
import { type OrdersQuery, ordersPageStatement } from '../../projections/orders-page.ts';
import { ensurePartitions } from '../../store/partitions.ts';
import { type DatabasePool, openPool } from '../../store/pool.ts';
import { type TestDatabase, cloneDatabase } from '../setup/database.ts';

const ROWS = 100_000;
const tenantId = v7();
let database: TestDatabase;
let pool: DatabasePool;

beforeAll(async () => {
  database = await cloneDatabase();
  pool = await openPool({
    databaseUrl: database.url,
    size: 2,
    log: pino({ level: 'silent' }),
    statementTimeoutMs: 120_000,
  });
  await ensurePartitions(pool, 1, ['orders']);
  // Ten customers, one order in a hundred cancelled, one order a second.
  await pool.query(sql.unsafe`
    INSERT INTO orders (partition, tenant_id, placed_position, order_id, customer_id, status, placed_at, version, document, facts)
    SELECT 0, ${tenantId}, n, gen_random_uuid(), 'cus_' || n % 10, CASE WHEN n % 100 = 0 THEN 'cancelled' ELSE 'placed' END,
           timestamptz '2026-01-01' + n * interval '1 second', 1, '{"id":"' || repeat('x', 300) || '"}', '{}'
      FROM generate_series(1, ${ROWS}) AS n`);
  await pool.query(sql.unsafe`VACUUM ANALYZE orders`);
}, 120_000);
afterAll(async () => {
  await pool.end();
  await database.drop();
});

/** Explains a page: the buffers that it read, and the scan of the table. */
async function explainPage(query: Partial<OrdersQuery>) {
  const statement = ordersPageStatement({ partition: 0, tenantId, direction: 'desc', limit: 20, ...query });
  await explain(pool, statement); // the first plan also reads the catalogue
  const { buffers, nodes } = await explain(pool, statement);
  return {
    buffers,
    scans: nodes.filter((node) => node['Relation Name'] === 'orders'),
    sorts: nodes.filter((node) => node['Node Type'].includes('Sort')),
  };
}

describe(`a page of 20 of ${ROWS} orders`, () => {
  test.each<[string, Partial<OrdersQuery>, Partial<OrdersQuery>]>([
    ['newest first', { from: undefined }, { from: 21 }],
    ['oldest first', { direction: 'asc' }, { direction: 'asc', from: ROWS - 21 }],
    ['of one customer', { customerId: 'cus_3' }, { customerId: 'cus_3', from: 220 }],
    ['of one status', { status: 'cancelled' }, { status: 'cancelled', from: 2_200 }],
  ])(
    '%s: the last page touches as many buffers as the first, within a tenth, by one range of an index',
    async (_name, first, last) => {
      const [near, deep] = [await explainPage(first), await explainPage(last)];
      for (const { scans, sorts } of [near, deep]) {
        expect(scans.map((scan) => scan['Node Type'])).toEqual(['Index Scan']);
        expect(scans[0]?.['Rows Removed by Filter'] ?? 0).toBe(0);
        // The index returns the rows in order; only the page itself may be sorted.
        for (const sort of sorts) expect(sort['Actual Rows']).toBeLessThanOrEqual(21);
      }
      expect(Math.abs(deep.buffers - near.buffers)).toBeLessThanOrEqual(Math.max(1, near.buffers / 10));
    },
  );

  test.each<[string, Partial<OrdersQuery>]>([
    ['after a time near the end', { placedAfter: '2026-01-02T03:00:00Z', direction: 'asc' }],
    ['before a time near the start', { placedBefore: '2026-01-01T01:00:00Z' }],
  ])('%s costs one more look-up in the index, and no scan', async (_name, query) => {
    const plain = await explainPage({ direction: query.direction ?? 'desc' });
    const timed = await explainPage(query);
    for (const scan of timed.scans) expect(scan['Node Type']).toMatch(/^Index (Only )?Scan$/);
    expect(timed.buffers).toBeLessThanOrEqual(plain.buffers + 10);
  });
});
