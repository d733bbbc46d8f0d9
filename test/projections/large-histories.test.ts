/** Orders with large histories: what a batch of a projection reads of them is bounded. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type DatabaseTransactionConnection, sql } from 'slonik';
import { v7 } from 'uuid';
import { z } from 'zod';
import { ordersProjection } from '../../projections/orders.ts';
import { renewOnce, runOnce } from '../../projections/runner.ts';
import { salesProjection } from '../../projections/sales/sales.ts';
import { toId } from '../../store/ids.ts';
import { type OrderLog, createOrderLog } from '../../store/log/log.ts';
import { ensurePartitions } from '../../store/partitions.ts';
import { type DatabasePool } from '../../store/pool.ts';
import { type TestDatabase, cloneDatabase } from '../setup/database.ts';
import { openTestPool } from '../setup/pool.ts';
import { anAppend } from '../store/events.ts';

const ORDERS = 60;
const PATCHES = 5;
const MIB = 1024 * 1024;

let database: TestDatabase;
let pool: DatabasePool;
let log: OrderLog;
const tenantId = v7();
beforeAll(async () => {
  database = await cloneDatabase();
  pool = await openTestPool(database, 4);
  await ensurePartitions(pool, 1, ['orders', 'sales']);
  log = createOrderLog({ pool, capacity: 1_000 });
  const metadata = { note: 'x'.repeat(60_000) };
  await Promise.all(Array.from({ length: ORDERS }, () => live(metadata)));
}, 60_000);
afterAll(async () => {
  await log.drained();
  await pool.end();
  await database.drop();
});

/** An order with 300 kB of patches, which is cancelled. */
async function live(metadata: Record<string, string>): Promise<void> {
  const order_id = toId('ord', v7());
  const append = async (version: number, event?: Parameters<OrderLog['append']>[0]['event']) => {
    const outcome = await log.append(anAppend(tenantId, { order_id, version, ...(event && { event }) }));
    expect(outcome.kind).toBe('appended');
  };
  await append(1);
  for (let n = 0; n < PATCHES; n += 1) {
    const data = { patch: {}, shipping_address: null, metadata };
    await append(2 + n, { type: 'OrderUpdated', data });
  }
  const lines = [{ line_id: 'line_1', quantity: 1 }];
  await append(2 + PATCHES, { type: 'OrderCancelled', data: { reason: null, lines, amount: 5 } });
}

/** The bytes of events that each statement of a transaction returns. */
function measured(transaction: DatabaseTransactionConnection, sizes: number[]) {
  const any: DatabaseTransactionConnection['any'] = async (query) => {
    const rows = await transaction.any(query);
    const texts = rows.map((row) => ('data' in (row as object) ? (row as { data: string }).data : ''));
    sizes.push(texts.reduce((total, text) => total + text.length, 0));
    return rows;
  };
  return new Proxy(transaction, {
    get: (target, name) => (name === 'any' ? any : Reflect.get(target, name)),
  });
}

test('sales of a batch of cancellations read no patches', async () => {
  const sizes: number[] = [];
  const events: Parameters<typeof salesProjection.apply>[2] = [];
  const collecting: typeof salesProjection = {
    ...salesProjection,
    apply: async (_transaction, _partition, batch) => void events.push(...batch),
  };
  while ((await runOnce(pool, collecting, 0)) > 0);
  const cancelled = events.filter(({ type }) => type === 'OrderCancelled');
  expect(cancelled).toHaveLength(ORDERS);
  await pool.transaction((transaction) => salesProjection.apply(measured(transaction, sizes), 0, cancelled));
  expect(Math.max(...sizes)).toBeLessThan(MIB);
  const sums = await pool.any(sql.type(z.object({ measure: z.string(), amount: z.int() }))`
    SELECT measure, sum(amount)::bigint AS amount FROM sales WHERE tenant_id = ${tenantId} GROUP BY measure`);
  expect(sums).toContainEqual({ measure: 'cancellation', amount: 5 * ORDERS });
});

test('rows of the release before are renewed some bytes at a time', async () => {
  while ((await runOnce(pool, ordersProjection, 0)) > 0);
  await pool.query(sql.unsafe`UPDATE orders SET listed_version = NULL`);
  const sizes: number[] = [];
  let renewed = 0;
  for (let batch = -1; batch !== 0; renewed += batch) {
    batch = await pool.transaction((transaction) =>
      ordersProjection.outdated!.renew(measured(transaction, sizes), 0),
    );
  }
  expect(renewed).toBe(ORDERS);
  expect(Math.max(...sizes)).toBeLessThan(5 * MIB);
  expect(await renewOnce(pool, ordersProjection, 0)).toBe(0);
});
