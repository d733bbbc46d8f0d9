/** Numbers of a series: in commit order, without a gap and without a double. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sql } from 'slonik';
import { v7 } from 'uuid';
import { z } from 'zod';
import type { Append, AppendOutcome } from '../../../store/log/append.ts';
import { readHistoryPage } from '../../../store/log/history.ts';
import { type OrderLog, createOrderLog } from '../../../store/log/log.ts';
import { placeInSeries } from '../../../store/log/series.ts';
import { ensurePartitions } from '../../../store/partitions.ts';
import { type DatabasePool } from '../../../store/pool.ts';
import { type TestDatabase, cloneDatabase } from '../../setup/database.ts';
import { openTestPool } from '../../setup/pool.ts';
import { anAppend } from '../events.ts';

let database: TestDatabase;
let pool: DatabasePool;
let orders: OrderLog;

beforeAll(async () => {
  database = await cloneDatabase();
  pool = await openTestPool(database, 6);
  await ensurePartitions(pool, 2, ['orders']);
  orders = createOrderLog({ pool, capacity: 1_000 });
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

/** An append that asks for a number of `W-`. */
const asks = (tenantId: string, change: Partial<Append> = {}) =>
  anAppend(tenantId, { series: 'W-', ...change });
const inOneBatch = (appends: Append[]) => Promise.all(appends.map((each) => orders.append(each)));
/** The number of an appended or replayed event; the kind of any other outcome. */
const numberOf = (outcome: AppendOutcome) =>
  outcome.kind === 'appended' || outcome.kind === 'replayed' ? outcome.event.number : outcome.kind;
/** The numbers of a tenant, in the order of the log. */
const numbersInLog = (tenantId: string) =>
  pool.anyFirst(sql.type(z.object({ number: z.string().nullable() }))`
    SELECT number FROM events WHERE tenant_id = ${tenantId} ORDER BY position`);

describe('a series gives', () => {
  test('consecutive numbers from 1001 on, in the order of the batch', async () => {
    const tenant = v7();
    expect((await inOneBatch([asks(tenant), asks(tenant), asks(tenant)])).map(numberOf)).toEqual([
      'W-1001',
      'W-1002',
      'W-1003',
    ]);
    expect(numberOf(await orders.append(asks(tenant)))).toBe('W-1004');
    expect(await numbersInLog(tenant)).toEqual(['W-1001', 'W-1002', 'W-1003', 'W-1004']);
  });

  test('numbers of its own to each tenant and each series, and none without a series', async () => {
    const [one, other] = [v7(), v7()];
    const outcomes = await inOneBatch([
      asks(one),
      asks(other),
      anAppend(one),
      asks(one, { series: '2026/R.' }),
      asks(one),
      asks(other),
    ]);
    expect(outcomes.map(numberOf)).toEqual(['W-1001', 'W-1001', null, '2026/R.1001', 'W-1002', 'W-1002']);
  });

  test('its number with each read of the event', async () => {
    const tenant = v7();
    const append = asks(tenant);
    await orders.append(append);
    const tenancy = { partition: 0, tenantId: tenant };
    const history = { after: 0, types: undefined, limit: 10, bytesMax: 1_000 };
    const page = await readHistoryPage(pool, tenancy, append.order_id, history);
    expect(page!.events).toMatchObject([{ number: 'W-1001' }]);
    expect(await orders.readKey(tenancy, append.idempotency_key)).toMatchObject({ number: 'W-1001' });
    const { state, holder } = await orders.readForCommand(tenancy, append.order_id, append.idempotency_key);
    expect([state!.order.number, holder!.number]).toEqual(['W-1001', 'W-1001']);
  });

  test('the start and the width of its row', async () => {
    const tenant = v7();
    await pool.query(sql.unsafe`
      INSERT INTO order_series (partition, tenant_id, series, next_number, width)
      VALUES (0, ${tenant}, 'W-', 998, 4)`);
    const outcomes = await inOneBatch([asks(tenant), asks(tenant), asks(tenant)]);
    expect(outcomes.map(numberOf)).toEqual(['W-0998', 'W-0999', 'W-1000']);
    await pool.query(sql.unsafe`
      UPDATE order_series SET next_number = 9999, width = 3 WHERE tenant_id = ${tenant}`);
    expect((await inOneBatch([asks(tenant), asks(tenant)])).map(numberOf)).toEqual(['W-9999', 'W-10000']);
  });
});

describe('a command that appends nothing uses up no number', () => {
  const next = async (tenant: string) => numberOf(await orders.append(asks(tenant)));

  test('a replay, whose answer has the first number', async () => {
    const tenant = v7();
    const append = asks(tenant);
    await orders.append(append);
    const again = { ...asks(tenant), idempotency_key: append.idempotency_key };
    const [replayed, fresh] = await inOneBatch([{ ...again, fingerprint: append.fingerprint }, asks(tenant)]);
    expect(replayed).toMatchObject({ kind: 'replayed', event: { number: 'W-1001' } });
    expect(numberOf(fresh!)).toBe('W-1002');
  });

  test('an append whose answer was lost, which is recognized with its number', async () => {
    const tenant = v7();
    const append = asks(tenant);
    await orders.append(append);
    expect(await orders.append(append)).toMatchObject({ kind: 'appended', event: { number: 'W-1001' } });
    expect(await next(tenant)).toBe('W-1002');
  });

  test('a reused key', async () => {
    const tenant = v7();
    const append = asks(tenant);
    await orders.append(append);
    const { idempotency_key } = append;
    expect((await orders.append(asks(tenant, { idempotency_key }))).kind).toBe('key_reused');
    expect(await next(tenant)).toBe('W-1002');
  });

  test('a version conflict', async () => {
    const tenant = v7();
    const append = asks(tenant);
    await orders.append(append);
    const [fresh, conflict, last] = await inOneBatch([
      asks(tenant),
      asks(tenant, { order_id: append.order_id }),
      asks(tenant),
    ]);
    expect(conflict?.kind).toBe('version_conflict');
    expect([fresh!, last!].map(numberOf)).toEqual(['W-1002', 'W-1003']);
  });

  test('a claim that another event holds', async () => {
    const tenant = v7();
    await orders.append(asks(tenant, { claim: 'order 7' }));
    const outcomes = await inOneBatch([asks(tenant), asks(tenant, { claim: 'order 7' }), asks(tenant)]);
    expect(outcomes.map(numberOf)).toEqual(['W-1002', 'claimed', 'W-1003']);
  });

  test('an event that Postgres refuses, alone and in a batch', async () => {
    const tenant = v7();
    const refused = asks(tenant, { traceparent: 'x'.repeat(56) });
    await expect(orders.append(refused)).rejects.toThrow();
    const [good, bad, last] = await Promise.allSettled([
      orders.append(asks(tenant)),
      orders.append(refused),
      orders.append(asks(tenant)),
    ]);
    expect(bad.status).toBe('rejected');
    expect(good).toMatchObject({ value: { event: { number: 'W-1001' } } });
    expect(last).toMatchObject({ value: { event: { number: 'W-1002' } } });
  });
});

describe('a stated number', () => {
  test('is kept, and its series continues beyond it', async () => {
    const tenant = v7();
    await orders.append(asks(tenant));
    const stated = await orders.append(anAppend(tenant, { number: 'W-1005' }));
    expect(stated).toMatchObject({ kind: 'appended', event: { number: 'W-1005' } });
    expect(numberOf(await orders.append(asks(tenant)))).toBe('W-1006');
  });

  test('never meets a number that the series gives in the same batch', async () => {
    const tenant = v7();
    const outcomes = await inOneBatch([
      asks(tenant),
      anAppend(tenant, { number: 'W-1001' }),
      asks(tenant),
      anAppend(tenant, { number: 'W-0001003' }),
      asks(tenant),
    ]);
    expect(outcomes.map(numberOf)).toEqual(['W-1004', 'W-1001', 'W-1005', 'W-0001003', 'W-1006']);
  });

  test('below the next number leaves the series as it is', async () => {
    const tenant = v7();
    await orders.append(anAppend(tenant, { number: 'W-17' }));
    expect(numberOf(await orders.append(asks(tenant)))).toBe('W-1001');
  });

  test('that was refused leaves the series as it is', async () => {
    const tenant = v7();
    const held = anAppend(tenant, { claim: 'order 7' });
    await orders.append(held);
    const refused = [
      await orders.append(anAppend(tenant, { number: 'W-5000', claim: 'order 7' })),
      await orders.append(anAppend(tenant, { number: 'W-5000', order_id: held.order_id })),
    ];
    expect(refused.map(({ kind }) => kind)).toEqual(['claimed', 'version_conflict']);
    expect(numberOf(await orders.append(asks(tenant)))).toBe('W-1001');
  });

  test.each([
    ['W-1005', { series: 'W-', place: 1_005 }],
    ['W-0001005', { series: 'W-', place: 1_005 }],
    ['W-0', { series: 'W-', place: 0 }],
    ['2026/7', { series: '2026/', place: 7 }],
    ['A1B2', { series: 'A1B', place: 2 }],
    [`W-${'9'.repeat(15)}`, { series: 'W-', place: 999_999_999_999_999 }],
    [`W-0${'9'.repeat(15)}`, { series: 'W-', place: 999_999_999_999_999 }],
    [`W-${'9'.repeat(16)}`, undefined],
    ['1005', undefined],
    ['#1005', undefined],
    ['W-', undefined],
    ['W-1005b', undefined],
    ['Wä1005', undefined],
    ['W\n-1005', undefined],
    [`${'W'.repeat(20)}7`, { series: 'W'.repeat(20), place: 7 }],
    [`${'W'.repeat(21)}7`, undefined],
  ])('%j has the place %j', (number, place) => {
    expect(placeInSeries(number)).toEqual(place);
  });
});
