/** The cost of pages: the last one of a large table costs as much as the first. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { sql } from 'slonik';
import { v7 } from 'uuid';
import { explain } from '../../loadtest/kit/explain.ts';
import { type OrdersQuery, ordersPageStatement } from '../../projections/orders-page.ts';
import { EXAMINED_ROWS_MAX } from '../../projections/orders/sources.ts';
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
  // One order a second. Every remainder of 10 is a customer and an SKU, every tenth of those is
  // cancelled; the order was made up to a day before it was placed.
  await pool.query(sql.unsafe`
    INSERT INTO orders (partition, tenant_id, placed_position, order_id, customer_id, status, placed_at, version, document, facts,
                        payment_status, is_on_hold, is_ready_to_ship, ordered_at, listed_version)
    SELECT 0, ${tenantId}, n, lpad(to_hex(n), 32, '0')::uuid, 'cus_' || n % 10, CASE WHEN n % 100 = 0 THEN 'cancelled' ELSE 'placed' END,
           timestamptz '2026-01-01' + n * interval '1 second', 1, '{"id":"' || repeat('x', 300) || '"}', '{}',
           CASE n % 4 WHEN 0 THEN 'paid' WHEN 1 THEN 'partially_paid' ELSE 'unpaid' END, n % 50 = 0, n % 50 = 1,
           timestamptz '2026-01-01' + n * interval '1 second' - (n * 7919 % 86400) * interval '1 second', 1
      FROM generate_series(1, ${ROWS}) AS n`);
  await pool.query(sql.unsafe`
    INSERT INTO order_terms (partition, tenant_id, term, placed_position)
    SELECT 0, ${tenantId}, 'sku KELP-' || n % 10, n FROM generate_series(1, ${ROWS}) AS n`);
  // One event for each order of the first half, at every second position.
  await pool.query(sql.unsafe`
    INSERT INTO events (partition, position, tenant_id, order_id, version, event_id, type, schema_version, data, idempotency_key, fingerprint, recorded_at)
    SELECT 0, n, ${tenantId}, lpad(to_hex((n + 1) / 2), 32, '0')::uuid, 1, gen_random_uuid(), 'OrderPlaced', 2, '{}', 'key-' || n,
           sha256(n::text::bytea), timestamptz '2026-01-01' + n * interval '1 second'
      FROM generate_series(1, ${ROWS}) AS n
     WHERE n % 2 = 1`);
  await pool.query(sql.unsafe`UPDATE checkpoints SET position = ${ROWS}`);
  for (const table of ['orders', 'order_terms', 'events'])
    await pool.query(sql.unsafe`VACUUM ANALYZE ${sql.identifier([table])}`);
}, 120_000);
afterAll(async () => {
  await pool.end();
  await database.drop();
});

const TABLES = new Set(['orders', 'order_terms', 'events']);

/** Explains a page: the buffers that it read, and the scans of the tables. */
async function explainPage(query: Partial<OrdersQuery>) {
  const statement = ordersPageStatement({ partition: 0, tenantId, direction: 'desc', limit: 20, ...query });
  await explain(pool, statement); // the first plan also reads the catalogue
  const { buffers, nodes } = await explain(pool, statement);
  const { next } = await pool.one(statement);
  return {
    buffers,
    next,
    scans: nodes.filter((node) => TABLES.has(node['Relation Name'] ?? '')),
    sorts: nodes.filter((node) => node['Node Type'].includes('Sort')),
  };
}

type Case = [string, Partial<OrdersQuery>, Partial<OrdersQuery>];
const asc = { direction: 'asc' } as const;

/** Filters that an index has: a page reads its own rows and no others. */
const EXACT: Case[] = [
  ['newest first', {}, { from: 21 }],
  ['oldest first', asc, { ...asc, from: ROWS - 21 }],
  ['of one customer', { customerId: 'cus_3' }, { customerId: 'cus_3', from: 220 }],
  ['of one status', { statuses: ['cancelled'] }, { statuses: ['cancelled'], from: 2_200 }],
  ['of one payment status', { paymentStatuses: ['paid'] }, { paymentStatuses: ['paid'], from: 100 }],
  [
    'of two payment statuses and two statuses',
    { paymentStatuses: ['paid', 'partially_paid'], statuses: ['placed', 'cancelled'] },
    { paymentStatuses: ['paid', 'partially_paid'], statuses: ['placed', 'cancelled'], from: 60 },
  ],
  ['of one SKU', { term: 'sku KELP-3' }, { term: 'sku KELP-3', from: 220 }],
  ['ready to ship', { isReadyToShip: true }, { isReadyToShip: true, from: 1_100 }],
  ['on hold', { isOnHold: true }, { isOnHold: true, from: 1_100 }],
  [
    'by the time at which it was ordered',
    { orderedAfter: '2025-01-01T00:00:00Z' },
    { orderedAfter: '2025-01-01T00:00:00Z', from: 20_000 },
  ],
  ['by the last change', { ...asc, changedAfter: 0 }, { ...asc, changedAfter: 0, from: ROWS - 50 }],
];

describe(`a page of 20 of ${ROWS} orders`, () => {
  test.each(EXACT)(
    '%s: the last page touches as many buffers as the first, within a tenth, by ranges of an index',
    async (_name, first, last) => {
      const [near, deep] = [await explainPage(first), await explainPage(last)];
      for (const { scans, sorts, buffers } of [near, deep]) {
        for (const scan of scans) {
          expect(scan['Node Type']).toMatch(/^Index (Only )?Scan$/);
          expect(scan['Rows Removed by Filter'] ?? 0).toBe(0);
        }
        // The index returns the rows in order; only the rows of the page may be sorted.
        for (const sort of sorts) expect(sort['Actual Rows']).toBeLessThanOrEqual(21);
        expect(buffers).toBeLessThan(250);
      }
      expect(Math.abs(deep.buffers - near.buffers)).toBeLessThanOrEqual(Math.max(5, near.buffers / 10));
    },
  );

  test.each<[string, Partial<OrdersQuery>]>([
    ['after a time near the end', { placedAfter: '2026-01-02T03:00:00Z', direction: 'asc' }],
    ['before a time near the start', { placedBefore: '2026-01-01T01:00:00Z' }],
  ])('%s costs two look-ups in an index, and some 64 rows', async (_name, query) => {
    const plain = await explainPage({ direction: query.direction ?? 'desc' });
    const timed = await explainPage(query);
    for (const scan of timed.scans) expect(scan['Node Type']).toMatch(/^Index (Only )?Scan$/);
    expect(timed.buffers).toBeLessThanOrEqual(plain.buffers + 30);
    const passed = timed.scans.map((scan) => scan['Rows Removed by Filter'] ?? 0);
    expect(Math.max(...passed)).toBeLessThan(1_000);
  });

  // No order fits: customers and SKUs have the same remainder, and so on.
  test.each<[string, Partial<OrdersQuery>]>([
    ['of a SKU and another customer', { term: 'sku KELP-3', customerId: 'cus_4' }],
    ['of a customer and a status', { customerId: 'cus_3', statuses: ['cancelled'] }],
    ['on hold and ready to ship', { isReadyToShip: true, isOnHold: true }],
    ['by time, of a customer', { orderedBefore: '2026-01-01T12:00:00Z', customerId: 'nobody' }],
    ['by the last change, of a customer', { ...asc, changedAfter: 0, customerId: 'nobody' }],
  ])('%s, which fit no order: a page examines a bounded number of rows', async (_name, query) => {
    const { scans, next, buffers } = await explainPage(query);
    for (const scan of scans) {
      expect(scan['Node Type']).toMatch(/^Index (Only )?Scan$/);
      expect(scan['Actual Rows']).toBeLessThanOrEqual(EXAMINED_ROWS_MAX);
    }
    expect(next).not.toBeNull();
    // Each examined row costs a look-up of a few buffers.
    expect(buffers).toBeLessThan(6 * EXAMINED_ROWS_MAX);
    const second = await explainPage({ ...query, from: next! });
    expect(second.next).not.toBe(next);
  });
});
