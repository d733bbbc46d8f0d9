/** A checkpoint only moves forward, and only from the position that its mover saw. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { sql } from 'slonik';
import { v7 } from 'uuid';
import { z } from 'zod';
import { listFaults, recordFault, skipEvent } from '../../projections/faults.ts';
import type { Projection } from '../../projections/projection.ts';
import { runOnce, startProjector } from '../../projections/runner.ts';
import { createOrderLog } from '../../store/log/log.ts';
import { ensurePartitions, progressOf } from '../../store/partitions.ts';
import type { DatabasePool } from '../../store/pool.ts';
import { statement } from '../../store/statement.ts';
import { StoreOverloaded, StoreUnavailable } from '../../store/unavailable.ts';
import { type TestDatabase, cloneDatabase } from '../setup/database.ts';
import { openTestPool } from '../setup/pool.ts';
import { until } from '../setup/shop.ts';
import { anAppend, appended } from '../store/events.ts';

const EVENTS = 130;
const tenant = v7();
let database: TestDatabase;
let pool: DatabasePool;
beforeAll(async () => {
  database = await cloneDatabase();
  pool = await openTestPool(database, 6);
  await ensurePartitions(pool, 1, ['counted']);
  const log = createOrderLog({ pool, capacity: 100 });
  for (let n = 0; n < EVENTS; n += 1) await appended(log, anAppend(tenant));
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});
beforeEach(async () => {
  await pool.query(sql.unsafe`TRUNCATE projection_faults, projection_skips`);
});

const projectionOf = (apply: Projection['apply']): Projection => ({
  name: 'counted',
  key: [],
  count: '',
  apply,
});
const standAt = (position: number) =>
  pool.query(sql.unsafe`UPDATE checkpoints SET position = ${position} WHERE consumer = 'counted'`);
const position = async () => (await progressOf(pool, 0, 'counted')).applied;
const faultAt = (at: number) => ({ projection: 'counted', partition: 0, position: at, error: 'a bug' });
const withCode = (code: string) => Object.assign(new Error('refused'), { code });
const leaveFault = (at: number) =>
  pool.query(sql.unsafe`
    INSERT INTO projection_faults (partition, projection, position, error) VALUES (0, 'counted', ${at}, 'a bug')`);
const skip = (at: number) =>
  skipEvent(pool, { projection: 'counted', partition: 0, position: at, reason: 'a test' });

describe('a skip', () => {
  test.each([
    ['behind the checkpoint', 10],
    ['at the checkpoint', 20],
    ['beyond the next event', 22],
    ['beyond the head of the log', EVENTS + 1],
  ])('refuses a fault %s, and status does not list it', async (_where, at) => {
    await standAt(20);
    await leaveFault(at);
    expect(await listFaults(pool)).toEqual([]);
    expect(await skip(at)).toBe(false);
    expect(await position()).toBe(20);
    expect(await pool.exists(sql.unsafe`SELECT 1 FROM projection_skips`)).toBe(false);
  });

  test('moves the checkpoint to the next event, once', async () => {
    await standAt(20);
    await leaveFault(21);
    expect(await listFaults(pool)).toMatchObject([{ position: 21 }]);
    expect(await Promise.all([skip(21), skip(21), skip(21)])).toContain(true);
    expect(await position()).toBe(21);
    expect(await skip(21)).toBe(false);
    const skips = await pool.any(
      sql.type(z.object({ position: z.int() }))`SELECT position FROM projection_skips`,
    );
    expect(skips).toEqual([{ position: 21 }]);
  });
});

describe('a fault', () => {
  test('names the event that failed, not the one that is next now', async () => {
    await standAt(20);
    await recordFault(pool, faultAt(12)); // another node has applied it since
    expect(await listFaults(pool)).toEqual([]);
    await recordFault(pool, faultAt(21));
    expect(await listFaults(pool)).toMatchObject([{ position: 21, error: 'a bug' }]);
  });

  test('that another node recorded late replaces no later one', async () => {
    await standAt(20);
    await recordFault(pool, faultAt(21));
    await recordFault(pool, faultAt(5));
    expect(await listFaults(pool)).toMatchObject([{ position: 21 }]);
  });

  test.each([
    ['an outage', () => new StoreUnavailable('Postgres did not answer'), 3],
    ['a full queue', () => new StoreOverloaded('5000 calls wait for a connection'), 3],
    // Slonik runs a transaction that met a deadlock six times.
    ['a deadlock', () => withCode('40P01'), 18],
    ['a lock timeout', () => withCode('55P03'), 3],
    ['a full disk', () => withCode('53100'), 3],
    ['a broken disk', () => new Error('query failed', { cause: withCode('58030') }), 3],
  ])(
    'is not %s: the projection retries the whole batch',
    async (_kind, errorOf, failuresMax) => {
      await standAt(0);
      let failures = 0;
      const batches: number[] = [];
      const counted = projectionOf(async (_transaction, _partition, events) => {
        if (failures === failuresMax) return void batches.push(events.length);
        failures += 1;
        throw errorOf();
      });
      const log = pino({ level: 'silent' });
      const projector = startProjector({ pool, projections: [counted], partitions: [0], log });
      await until(() => batches.length > 0);
      await projector.stop();
      // Halved three times, the first batch would have 62.
      expect(batches[0]).toBe(EVENTS);
    },
    30_000,
  );
});

describe('a batch', () => {
  test('rolls back when its checkpoint moved meanwhile', async () => {
    await standAt(0);
    const fenced = projectionOf(async (transaction) => {
      await transaction.query(sql.unsafe`UPDATE checkpoints SET position = 30 WHERE consumer = 'counted'`);
    });
    await expect(runOnce(pool, fenced, 0, { limit: 10 })).rejects.toThrow('moved while its lease was held');
    expect(await position()).toBe(0);
  });
});

test.each([
  ['backwards', 20, 10],
  ['to where it stands', 20, 20],
  ['from another position', 19, 30],
])('an advance %s moves nothing', async (_kind, from, to) => {
  const advance = statement('consumers/advance-checkpoint', z.object({ position: z.int() }));
  await standAt(20);
  expect(await pool.any(advance(0, 'counted', from, to))).toEqual([]);
  expect(await position()).toBe(20);
});
