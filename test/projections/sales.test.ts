/** The tables that count, compared with a plain count of the log of the recorded shop. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { sql } from 'slonik';
import { z } from 'zod';
import { customerTotalsProjection } from '../../projections/customers/customer-totals.ts';
import { dailySalesProjection } from '../../projections/daily-sales.ts';
import type { Projection } from '../../projections/projection.ts';
import { rebuild } from '../../projections/rebuild/rebuild.ts';
import { runOnce } from '../../projections/runner.ts';
import { importLog } from '../../store/archive/import-log.ts';
import { readLine } from '../../store/archive/log-file.ts';
import { ensurePartitions } from '../../store/partitions.ts';
import { type DatabasePool, openPool } from '../../store/pool.ts';
import { readLog } from '../replay/recorded-shop.ts';
import { type TestDatabase, cloneDatabase } from '../setup/database.ts';

type Row = Record<string, number>;

let database: TestDatabase;
let pool: DatabasePool;
let lines: string[];
let partitions: number[];
beforeAll(async () => {
  database = await cloneDatabase();
  pool = await openPool({ databaseUrl: database.url, size: 6, log: pino({ level: 'silent' }) });
  await ensurePartitions(pool, 2, ['customer_totals', 'daily_sales']);
  lines = (await readLog()).trimEnd().split('\n');
  ({ partitions } = await importLog(
    pool,
    (async function* all() {
      yield* lines;
    })(),
  ));
}, 60_000);
afterAll(async () => {
  await pool.end();
  await database.drop();
});

/** Counts the log, event by event. */
function counted(groupOf: (line: ReturnType<typeof readLine>, placed: Row) => string): Record<string, Row> {
  const placings = new Map<string, Row>();
  const rows: Record<string, Row> = {};
  for (const [index, text] of lines.slice(1).entries()) {
    const line = readLine(text, index + 2);
    const data = JSON.parse(line.data) as Row;
    if (line.version === 1) placings.set(line.order_id, data);
    const name = { OrderPlaced: 'ordered', PaymentRecorded: 'paid', RefundRecorded: 'refunded' }[
      line.type as string
    ];
    if (name === undefined && line.type !== 'OrderCancelled') continue;
    const zero = { orders_placed: 0, orders_cancelled: 0, ordered: 0, paid: 0, refunded: 0, events: 0 };
    const row = (rows[`${line.tenant_id} ${groupOf(line, placings.get(line.order_id)!)}`] ??= zero);
    row['events']! += 1;
    if (line.type === 'OrderPlaced') row['orders_placed']! += 1;
    if (line.type === 'OrderCancelled') row['orders_cancelled']! += 1;
    if (name !== undefined) row[name]! += (line.type === 'OrderPlaced' ? data['total'] : data['amount'])!;
  }
  return rows;
}

const GROUPS: [Projection, string, Parameters<typeof counted>[0]][] = [
  [
    customerTotalsProjection,
    'customer_id',
    (_line, placed) => `${placed['customer_id']} ${placed['currency']}`,
  ],
  [dailySalesProjection, 'day', (line, placed) => `${line.recorded_at.slice(0, 10)} ${placed['currency']}`],
];

test.each(GROUPS)(
  '$name equals a count of the log, for each size of batches',
  async (projection, column, groupOf) => {
    const read = async (): Promise<Record<string, Row>> => {
      const rows = await pool.any(sql.type(z.object({ key: z.string(), row: z.string() }))`
        SELECT tenant_id || ' ' || ${sql.identifier([column])} || ' ' || currency AS key,
               json_build_object('orders_placed', orders_placed, 'orders_cancelled', orders_cancelled, 'ordered', ordered,
                                 'paid', paid, 'refunded', refunded, 'events', events) AS row
          FROM ${sql.identifier([projection.name])}`);
      return Object.fromEntries(rows.map(({ key, row }) => [key, JSON.parse(row) as Row]));
    };
    const sizes = [1, 7, 500, 2_000];
    for (const partition of partitions) {
      for (let n = 0; (await runOnce(pool, projection, partition, { limit: sizes[n % 4]! })) > 0; n += 1);
    }
    const expected = counted(groupOf);
    expect(Object.keys(expected).length).toBeGreaterThan(10);
    expect(await read()).toEqual(expected);
    const rebuilt = await rebuild(pool, projection, { onProgress: () => {} });
    expect(rebuilt).toMatchObject({ missing: 0, surplus: 0, different: 0, missing_events: 0 });
    expect(await read()).toEqual(expected);
  },
  60_000,
);

test('a sum is capped at the largest exact integer of JSON', async () => {
  await pool.query(sql.unsafe`UPDATE daily_sales SET ordered = 9007199254740990`);
  await pool.query(sql.unsafe`UPDATE checkpoints SET position = 0 WHERE consumer = 'daily_sales'`);
  for (const partition of partitions) await runOnce(pool, dailySalesProjection, partition, { limit: 2_000 });
  const most = await pool.oneFirst(sql.type(z.object({ most: z.int() }))`
    SELECT max(ordered) AS most FROM daily_sales`);
  expect(most).toBe(Number.MAX_SAFE_INTEGER);
});
