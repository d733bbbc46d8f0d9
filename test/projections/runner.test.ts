import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { pino } from 'pino';
import { sql } from 'slonik';
import { v7 } from 'uuid';
import { z } from 'zod';
import { ordersProjection } from '../../projections/orders.ts';
import type { Projection } from '../../projections/projection.ts';
import { runOnce } from '../../projections/runner.ts';
import { toUuid } from '../../store/ids.ts';
import { createOrderLog } from '../../store/log/log.ts';
import { ensurePartitions, progressOf } from '../../store/partitions.ts';
import { type DatabasePool, openPool } from '../../store/pool.ts';
import { type TestDatabase, cloneDatabase } from '../setup/database.ts';
import { anAppend, appended } from '../store/events.ts';

const tenant = v7();
let database: TestDatabase;
let pool: DatabasePool;
let other: DatabasePool;

beforeAll(async () => {
  database = await cloneDatabase();
  const log = pino({ level: 'silent' });
  pool = await openPool({ databaseUrl: database.url, size: 4, log, checkRows: true });
  other = await openPool({ databaseUrl: database.url, size: 4, log, checkRows: true });
  await ensurePartitions(pool, 1, ['orders', 'seen']);
});
afterAll(async () => {
  await Promise.all([pool.end(), other.end()]);
  await database.drop();
});

/** Records the positions that it applies. */
function recorder(): Projection & { positions: number[] } {
  const positions: number[] = [];
  return {
    name: 'seen',
    key: [],
    count: '',
    positions,
    apply: async (_transaction, _partition, events) =>
      void positions.push(...events.map(({ position }) => position)),
  };
}

describe('a consumer', () => {
  test('never misses an event of a transaction that commits late', async () => {
    const log = createOrderLog({ pool, capacity: 100 });
    const consumer = recorder();
    await appended(log, anAppend(tenant));

    // The late transaction has its position and stays open while others append and the consumer
    // runs.
    const late = new Client({ connectionString: database.url });
    await late.connect();
    await late.query('BEGIN');
    const event = anAppend(tenant);
    await late.query(
      "SELECT FROM append_events(0, $1, $2, ARRAY[1], $3, ARRAY['OrderPlaced'], ARRAY[1::smallint], $4, ARRAY['late'], $5, ARRAY[NULL::text], ARRAY[NULL::uuid])",
      [
        [tenant],
        [toUuid(event.order_id)],
        [toUuid(event.event_id)],
        JSON.stringify(event.event.data),
        [event.fingerprint],
      ],
    );
    const behind = Promise.all([
      appended(log, anAppend(tenant)),
      appended(createOrderLog({ pool: other, capacity: 10 }), anAppend(tenant)),
    ]);
    for (let n = 0; n < 5; n += 1) await runOnce(pool, consumer, 0);
    expect(consumer.positions).toEqual([1]);

    await late.query('COMMIT');
    await late.end();
    await behind;
    while ((await runOnce(pool, consumer, 0, { limit: 2 })) > 0);
    expect(consumer.positions).toEqual([1, 2, 3, 4]);
  });

  test('runs on one node at a time: the second node leaves the batch to the first', async () => {
    const entered = Promise.withResolvers<void>();
    const release = Promise.withResolvers<void>();
    const log = createOrderLog({ pool, capacity: 100 });
    await appended(log, anAppend(tenant));
    const slow: Projection = {
      name: 'seen',
      key: [],
      count: '',
      async apply() {
        entered.resolve();
        await release.promise;
      },
    };
    const first = runOnce(pool, slow, 0);
    await entered.promise;
    expect(await runOnce(other, recorder(), 0)).toBe(0);
    release.resolve();
    expect(await first).toBe(1);
    expect(await runOnce(other, recorder(), 0)).toBe(0); // the first node applied it
  });

  test('applies nothing of a failed batch, and gets the same events again', async () => {
    const log = createOrderLog({ pool, capacity: 100 });
    await appended(log, anAppend(tenant));
    const before = await progressOf(pool, 0, 'seen');
    const failing: Projection = {
      name: 'seen',
      key: [],
      count: '',
      async apply(transaction) {
        await transaction.query(sql.unsafe`UPDATE tenants SET name = 'half way'`);
        throw new Error('poison');
      },
    };
    await expect(runOnce(pool, failing, 0)).rejects.toMatchObject({ cause: { message: 'poison' } });
    expect(await progressOf(pool, 0, 'seen')).toEqual(before);
    const healthy = recorder();
    await runOnce(pool, healthy, 0);
    expect(healthy.positions).toEqual([before.applied + 1]);
  });
});

describe('the table of orders', () => {
  test('does not depend on the size of the batches', async () => {
    const log = createOrderLog({ pool, capacity: 100 });
    for (let n = 0; n < 6; n += 1) {
      const placed = anAppend(tenant);
      await appended(log, placed);
      if (n % 2) {
        await appended(
          log,
          anAppend(tenant, {
            order_id: placed.order_id,
            version: 2,
            event: { type: 'OrderCancelled', data: { reason: null } },
          }),
        );
      }
    }
    const row = z.object({
      order_id: z.uuid(),
      placed_position: z.int(),
      status: z.string(),
      document: z.string(),
      facts: z.string(),
    });
    const tables = [];
    for (const size of [1, 2, 3, 500]) {
      await pool.query(sql.unsafe`TRUNCATE orders`);
      await pool.query(sql.unsafe`UPDATE checkpoints SET position = 0 WHERE consumer = 'orders'`);
      while ((await runOnce(pool, ordersProjection, 0, { limit: size })) > 0);
      tables.push(
        await pool.any(
          sql.type(
            row,
          )`SELECT order_id, placed_position, status, document, facts FROM orders ORDER BY placed_position`,
        ),
      );
    }
    for (const table of tables) expect(table).toEqual(tables[0]);
    expect(tables[0]?.filter(({ status }) => status === 'cancelled')).toHaveLength(3);
  });
});
