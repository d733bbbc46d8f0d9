/** An import of more orders than the cache of the rules holds. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { importLog } from '../../store/archive/import-log.ts';
import { readLine, writeLine } from '../../store/archive/log-file.ts';
import { type DatabasePool, openPool } from '../../store/pool.ts';
import { type TestDatabase, cloneDatabase } from '../setup/database.ts';
import { openTestPool } from '../setup/pool.ts';
import { dataOf, each, lines, small, withData } from './log-lines.ts';

let database: TestDatabase;
let pool: DatabasePool;
beforeAll(async () => {
  database = await cloneDatabase();
  pool = await openTestPool(database);
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

test('an order that was evicted from memory is checked against its whole stream', async () => {
  // More orders than the cache holds: each stream is read again from the table.
  const long = recordLong(600, 90_000);
  const imported = await importLog(pool, each(long));
  expect(imported.events).toBe(long.length - 1);
  const { pool: other, drop } = await another();
  const at = long.length - 1;
  const wrong = readLine(long[at]!, 1);
  const broken = long.with(at, writeLine(withData(wrong, { ...dataOf(wrong), amount: 1_000 })));
  await expect(importLog(other, each(broken))).rejects.toThrow(`Line ${at + 1}: PaymentRecorded of`);
  await other.end();
  await drop();
}, 60_000);

async function another() {
  const { url, drop } = await cloneDatabase();
  return { pool: await openPool({ databaseUrl: url, size: 2, log: pino({ level: 'silent' }) }), drop };
}

/** Orders of about `length` characters each, all placed before the first payment. */
function recordLong(orders: number, length: number): string[] {
  const placed = lines.find(({ type }) => type === 'OrderPlaced')!;
  const uuid = (kind: number, n: number) =>
    `019b8000-0000-7${kind}00-8000-${n.toString(16).padStart(12, '0')}`;
  const line = { sku: 'A', name: 'n'.repeat(200), quantity: 1, unit_price: 1 };
  const body = {
    customer_id: 'ada',
    currency: 'EUR',
    lines: Array.from({ length: Math.min(100, Math.ceil(length / 270)) }, (_, n) => ({
      id: `line_${n + 1}`,
      ...line,
      total: 1,
    })),
    shipping_address: null,
    metadata: {},
  };
  const order = { ...body, total: body.lines.length };
  const payment = { amount: body.lines.length, currency: 'EUR', method: null, reference: null };
  const events = [...Array(2 * orders).keys()].map((n) => {
    const isPayment = n >= orders;
    return withData(
      {
        ...placed,
        position: n + 1,
        order_id: uuid(1, n % orders),
        event_id: uuid(2, n),
        version: isPayment ? 2 : 1,
        type: isPayment ? 'PaymentRecorded' : 'OrderPlaced',
        idempotency_key: `long-${n}`,
      },
      isPayment ? payment : order,
    );
  });
  const header = JSON.parse(small[0]!);
  header.events = events.length;
  header.partitions[0].events = events.length;
  header.partitions[0].last_position = events.length;
  return [JSON.stringify(header), ...events.map(writeLine)];
}
