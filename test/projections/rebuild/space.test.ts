/** An audit takes little space whatever the size of the table, and none once it has ended. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { sql } from 'slonik';
import { v7 } from 'uuid';
import { z } from 'zod';
import { customerTotalsProjection } from '../../../projections/customers/customer-totals.ts';
import { ordersProjection } from '../../../projections/orders.ts';
import type { Projection } from '../../../projections/projection.ts';
import { startAuditor } from '../../../projections/rebuild/auditor.ts';
import { SpaceError, requireSpace } from '../../../projections/rebuild/free-space.ts';
import { rebuild } from '../../../projections/rebuild/rebuild.ts';
import { verify } from '../../../projections/rebuild/verify.ts';
import { runOnce } from '../../../projections/runner.ts';
import { bytesOfTables } from '../../../store/cluster/placed-tables.ts';
import { createOrderLog } from '../../../store/log/log.ts';
import { ensurePartitions } from '../../../store/partitions.ts';
import type { DatabasePool } from '../../../store/pool.ts';
import { type TestDatabase, cloneDatabase } from '../../setup/database.ts';
import { holdfast } from '../../setup/processes/command.ts';
import { openTestPool } from '../../setup/pool.ts';
import { until } from '../../setup/shop.ts';
import { anAppend, appended } from '../../store/events.ts';

const ORDERS = 4_000;
const PROJECTIONS = [ordersProjection, customerTotalsProjection];
const KIB = 1024;
const tenant = v7();
let database: TestDatabase;
let pool: DatabasePool;
beforeAll(async () => {
  database = await cloneDatabase();
  pool = await openTestPool(database, 6);
  await ensurePartitions(
    pool,
    2,
    PROJECTIONS.map(({ name }) => name),
  );
  const log = createOrderLog({ pool, capacity: ORDERS });
  const appends = Array.from({ length: ORDERS }, (_, n) => {
    const append = anAppend(tenant);
    Object.assign(append.event.data, { customer_id: `cus_${n}_${'x'.repeat(200)}` });
    return append;
  });
  await Promise.all(appends.map((append) => appended(log, append)));
  for (const projection of PROJECTIONS) while ((await runOnce(pool, projection, 0)) > 0);
}, 60_000);
afterAll(async () => {
  await pool.end();
  await database.drop();
});

const quiet = { onProgress: () => {} };
const count = (table: string) =>
  pool.oneFirst(sql.type(z.object({ n: z.int() }))`SELECT count(*) AS n FROM ${sql.identifier([table])}`);
const bytesIn = async (schema: string) =>
  bytesOfTables(
    pool,
    await pool.anyFirst(sql.type(z.object({ name: z.string() }))`
      SELECT schemaname || '.' || tablename AS name FROM pg_tables WHERE schemaname = ${schema}`),
  );
const bytesOfTable = (table: string) => bytesOfTables(pool, [table]);

/** Audits, and watches the space of the copy in each pause. */
async function watched(projection: Projection, options: { auditBytes?: number; chunkRows?: number }) {
  let most = 0;
  const pause = async () => {
    most = Math.max(most, await bytesIn('holdfast_audit'));
  };
  const found = await verify(pool, projection, { ...quiet, ...options, pause }, 'audit');
  return { found, most };
}

describe('an audit of sums', () => {
  const auditBytes = 128 * KIB;

  test('folds a part of a large table at a time, and finds each difference once', async () => {
    expect(await bytesOfTable('customer_totals')).toBeGreaterThan(8 * auditBytes);
    const whole = await watched(customerTotalsProjection, { auditBytes });
    expect(whole.found).toMatchObject({ missing: 0, surplus: 0, different: 0, compared: ORDERS });
    expect(whole.most).toBeGreaterThan(0);
    expect(whole.most).toBeLessThan(4 * auditBytes);

    await pool.query(sql.unsafe`CREATE TABLE spared AS SELECT * FROM customer_totals`);
    const every = (remainder: number) => sql.fragment`
      WHERE split_part(customer_id, '_', 2)::integer % 400 = ${remainder}`;
    await pool.query(sql.unsafe`DELETE FROM customer_totals ${every(1)}`);
    await pool.query(sql.unsafe`UPDATE customer_totals SET paid = 1 ${every(2)}`);
    // Another key: one row is missing, another one surplus.
    await pool.query(sql.unsafe`UPDATE customer_totals SET currency = 'XXX' ${every(3)}`);
    const { found } = await watched(customerTotalsProjection, { auditBytes });
    expect(found).toMatchObject({
      missing: 20,
      surplus: 10,
      different: 10,
      compared: ORDERS + 10,
      missing_events: 20,
    });
    expect(new Set(found.rows.map(({ key }) => key)).size).toBe(20);
    await pool.query(sql.unsafe`TRUNCATE customer_totals`);
    await pool.query(sql.unsafe`INSERT INTO customer_totals SELECT * FROM spared`);
  }, 120_000);

  test('takes more parts when the log has more rows than the table', async () => {
    await pool.query(sql.unsafe`TRUNCATE customer_totals`);
    const { found, most } = await watched(customerTotalsProjection, { auditBytes });
    expect(found).toMatchObject({ missing: ORDERS, surplus: 0, different: 0 });
    // A batch of 2,000 events comes before each look at the size.
    expect(most).toBeLessThan((await bytesOfTable('spared')) / 2 + 4 * auditBytes);
    await pool.query(sql.unsafe`INSERT INTO customer_totals SELECT * FROM spared`);
  }, 120_000);
});

test('an audit of orders folds some orders at a time', async () => {
  const bytes = (await bytesOfTable('orders')) + (await bytesOfTable('order_terms'));
  const { found, most } = await watched(ordersProjection, { chunkRows: 100 });
  expect(found).toMatchObject({ missing: 0, surplus: 0, different: 0, compared: 2 * ORDERS });
  expect(most).toBeLessThan(bytes / 10);
});

test('an audit finds rows of orders that the log lacks, before, between and behind its own', async () => {
  const stray = (at: number) => sql.unsafe`
    INSERT INTO orders SELECT partition, tenant_id, ${at}, gen_random_uuid(), customer_id, status, placed_at, version, document, facts
      FROM orders WHERE placed_position = 50`;
  await pool.query(sql.unsafe`CREATE TABLE spared_orders AS SELECT * FROM orders`);
  for (const at of [-1, 0, 2_000, ORDERS, ORDERS + 1, 2 ** 52]) await pool.query(stray(at));
  await pool.query(sql.unsafe`
    INSERT INTO order_terms VALUES (0, ${tenant}, 'sku stray', 7), (1, ${tenant}, 'sku stray', 7), (0, ${tenant}, 'sku stray', ${2 ** 52})`);
  const { found } = await watched(ordersProjection, { chunkRows: 1_000 });
  expect(found).toMatchObject({ missing: 0, surplus: 9, different: 0, compared: 2 * ORDERS + 9 });
  await pool.query(sql.unsafe`TRUNCATE orders`);
  await pool.query(sql.unsafe`INSERT INTO orders SELECT * FROM spared_orders`);
  await pool.query(sql.unsafe`DELETE FROM order_terms WHERE term = 'sku stray'`);
});

describe('the auditor', () => {
  test('removes what killed audits and rebuilds left', async () => {
    for (const schema of ['holdfast_audit', 'holdfast_rebuild'])
      await pool.query(
        sql.unsafe`CREATE TABLE ${sql.identifier([schema, 'orders'])} AS SELECT * FROM orders`,
      );
    const left = await pool.anyFirst(sql.type(z.object({ oid: z.int() }))`
      SELECT oid::bigint AS oid FROM pg_class
       WHERE relname = 'orders' AND relnamespace::regnamespace::text IN ('holdfast_audit', 'holdfast_rebuild')`);
    expect(left).toHaveLength(2);
    // The lease of a process that was killed.
    await pool.query(sql.unsafe`
      INSERT INTO rebuild_leases (work, token, holder) VALUES ('audit orders', gen_random_uuid(), 'killed')`);
    const log = pino({ level: 'silent' });
    const auditor = startAuditor({ pool, projections: [ordersProjection], log, share: 1, restMs: 1 });
    await until(
      async () =>
        !(await pool.exists(
          sql.unsafe`SELECT FROM pg_class WHERE oid = ANY (${sql.array([...left], 'int8')}::oid[])`,
        )),
      60_000,
    );
    await auditor.stop();
    expect([await bytesIn('holdfast_rebuild'), await bytesIn('holdfast_audit')]).toEqual([0, 0]);
  }, 90_000);

  test('stops on a full disk, drops its copy, and pauses twice as long each time', async () => {
    const lines: Record<string, unknown>[] = [];
    const full: Projection = {
      ...customerTotalsProjection,
      async apply(...given) {
        await customerTotalsProjection.apply(...given);
        throw Object.assign(new Error('could not extend file'), { code: '53100' });
      },
    };
    const auditor = startAuditor({
      pool,
      projections: [full],
      log: pino({ level: 'warn' }, { write: (line: string) => void lines.push(JSON.parse(line)) }),
      share: 1,
      restMs: 10,
    });
    const pauses = () => lines.flatMap((line) => line['pause_ms'] ?? []);
    await until(() => pauses().length >= 3, 20_000);
    await auditor.stop();
    expect(pauses().slice(0, 3)).toEqual([20, 40, 80]);
    expect(lines[0]).toMatchObject({ msg: 'audit stopped: too little disk space' });
    expect(await bytesIn('holdfast_audit')).toBe(0);
  }, 30_000);
});

describe('with too little space', () => {
  const budget = { ...quiet, databaseBytesMax: 1024 * KIB };

  test.each(PROJECTIONS)('neither an audit nor a rebuild of $name starts', async (projection) => {
    await expect(verify(pool, projection, budget, 'audit')).rejects.toThrow(SpaceError);
    await expect(rebuild(pool, projection, budget)).rejects.toThrow(/MiB are needed.*but 0 MiB are free/);
    expect([await bytesIn('holdfast_audit'), await bytesIn('holdfast_rebuild')]).toEqual([0, 0]);
    expect(await count(projection.name)).toBe(ORDERS);
  });

  test('the command names the remedy', async () => {
    const env = { DATABASE_URL: database.url, HOLDFAST_DATABASE_MIB: '1' };
    const { code, stderr } = await holdfast(['projections', 'rebuild', 'orders'], env);
    expect([code, stderr]).toEqual([1, expect.stringContaining('raise HOLDFAST_DATABASE_MIB')]);
  });

  test('the disk of a local Postgres counts', async () => {
    expect(await requireSpace(pool, 0, {})).toBeGreaterThan(0);
    await expect(requireSpace(pool, 2 ** 60, {})).rejects.toThrow(SpaceError);
  });
});
