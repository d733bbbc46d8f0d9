/**
 * npm run bench:pages [-- --rows 1000000]
 *
 * Reads a page of 20 at the start, at row 1,000 and at the end of a list, with and without filters.
 * Prints milliseconds, buffers and the scans of the table.
 */
import { parseArgs } from 'node:util';
import { pino } from 'pino';
import { sql } from 'slonik';
import { v7 } from 'uuid';
import { explain } from '../kit/explain.ts';
import { median } from '../kit/open-loop.ts';
import { startServices } from '../kit/services.ts';
import { type OrdersQuery, ordersPageStatement } from '../../projections/orders-page.ts';
import { migrate } from '../../store/migrate.ts';
import { ensurePartitions } from '../../store/partitions.ts';
import { openPool } from '../../store/pool.ts';

const { values: options } = parseArgs({ options: { rows: { type: 'string', default: '1000000' } } });
const rows = Number(options.rows);
const PAGE_ROWS = 20;
const ROUNDS_COUNT = 21;
const log = pino({ level: 'silent' });
const say = (text: string) => process.stdout.write(`${text}\n`);

const services = await startServices();
try {
  await migrate(services.databaseUrl);
  const pool = await openPool({
    databaseUrl: services.databaseUrl,
    size: 2,
    log,
    statementTimeoutMs: 600_000,
  });
  await ensurePartitions(pool, 1, ['orders']);
  const tenantId = v7();
  const document = `{"id":"${'x'.repeat(600)}","total":900,"amount_paid":0,"amount_refunded":0}`;
  await pool.query(sql.unsafe`
    INSERT INTO orders (partition, tenant_id, placed_position, order_id, customer_id, status, placed_at, version, document, facts, payment_status)
    SELECT 0, ${tenantId}, n, gen_random_uuid(), 'cus_' || n % 10, CASE WHEN n % 10 = 0 THEN 'cancelled' ELSE 'placed' END,
           timestamptz '2026-01-01' + n * interval '1 second', 1, ${document}, '{}', 'unpaid'
      FROM generate_series(1, ${rows}) AS n`);
  await pool.query(sql.unsafe`VACUUM ANALYZE orders`);

  async function page(query: Partial<OrdersQuery>) {
    const statement = ordersPageStatement({
      partition: 0,
      tenantId,
      direction: 'asc',
      limit: PAGE_ROWS,
      ...query,
    });
    const times: number[] = [];
    for (let round = 0; round < ROUNDS_COUNT; round += 1) {
      const started = performance.now();
      await pool.one(statement);
      times.push(performance.now() - started);
    }
    const { buffers, nodes } = await explain(pool, statement);
    return {
      ms: median(times),
      buffers,
      reads: nodes
        .filter((node) => node['Relation Name'] === 'orders')
        .map((node) => `${node['Node Type']} ${node['Index Name'] ?? ''}`),
    };
  }

  say(`page of ${PAGE_ROWS} of ${rows} orders, oldest first; medians of ${ROUNDS_COUNT}\n`);
  const filters: [string, Partial<OrdersQuery>, share: number][] = [
    ['no filter', {}, 1],
    ['customer_id', { customerId: 'cus_3' }, 10],
    ['status', { statuses: ['placed'] }, 1],
    ['fulfillment_status (v2)', { statuses: ['cancelled'] }, 10],
    ['payment_status (v2)', { paymentStatuses: ['unpaid'] }, 1],
    ['placed_after', { placedAfter: '2026-01-01T00:00:05Z' }, 1],
  ];
  for (const [name, filter, share] of filters) {
    for (const depth of [1, 1_000, rows]) {
      // The last page: `share` rows of the list hold one row of the filter.
      const from = depth === rows ? rows - (PAGE_ROWS + 1) * share : depth === 1 ? undefined : depth;
      const { ms, buffers, reads } = await page({ ...filter, from });
      const cells = [
        name.padEnd(24),
        String(depth).padStart(9),
        `${ms.toFixed(2)} ms`.padStart(9),
        String(buffers).padStart(5),
      ];
      say(`${cells.join('  ')} buffers  ${reads.join(', ')}`);
    }
  }
  await pool.end();
} finally {
  await services.stop();
}
