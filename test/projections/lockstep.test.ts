/** Projections that share batches: each event counts once in each, whatever stops one of them. */
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { sql } from 'slonik';
import { v7 } from 'uuid';
import { z } from 'zod';
import { listFaults } from '../../projections/faults.ts';
import { setPaused } from '../../projections/pause.ts';
import type { Projection } from '../../projections/projection.ts';
import { startProjector } from '../../projections/runner.ts';
import type { Following } from '../../store/consumers/follow.ts';
import { type OrderLog, createOrderLog } from '../../store/log/log.ts';
import { ensurePartitions, progressOf } from '../../store/partitions.ts';
import { type DatabasePool, openPool } from '../../store/pool.ts';
import { type TestDatabase, cloneDatabase } from '../setup/database.ts';
import { anAppend, appended } from '../store/events.ts';
import { until } from '../setup/shop.ts';

const tenant = v7();
let database: TestDatabase;
let pool: DatabasePool;
let log: OrderLog;
let projector: Following | undefined;
let broken = '';

beforeAll(async () => {
  database = await cloneDatabase();
  pool = await openPool({
    databaseUrl: database.url,
    size: 6,
    log: pino({ level: 'silent' }),
    checkRows: true,
  });
  await ensurePartitions(pool, 1, ['leader', 'one', 'two']);
  log = createOrderLog({ pool, capacity: 100 });
  await pool.query(
    sql.unsafe`CREATE TABLE seen (consumer text, position bigint, batch xid8 DEFAULT pg_current_xact_id())`,
  );
});
afterAll(async () => {
  await projector?.stop();
  await pool.end();
  await database.drop();
});

/** Records the positions that it applies, in the transaction of the batch. */
const recorder = (name: string, companions: Projection[] = []): Projection => ({
  name,
  key: [],
  count: '',
  companions,
  async apply(transaction, _partition, events) {
    if (broken === name) throw new Error('a bug of this release');
    for (const { position } of events)
      await transaction.query(
        sql.unsafe`INSERT INTO seen (consumer, position) VALUES (${name}, ${position})`,
      );
  },
});

beforeEach(async () => {
  await projector?.stop();
  broken = '';
  const [one, two] = [recorder('one'), recorder('two')];
  projector = startProjector({
    pool,
    projections: [recorder('leader', [one, two]), one, two],
    partitions: [0],
    log: pino({ level: 'silent' }),
  });
});

/** Appends events one by one, as traffic does. @returns the last position */
async function append(count: number): Promise<number> {
  let position = 0;
  for (let n = 0; n < count; n += 1) position = await appended(log, anAppend(tenant));
  projector!.wake(0);
  return position;
}
const applied = async (consumer: string) => (await progressOf(pool, 0, consumer)).applied;
const allAt = async (position: number) => {
  for (const consumer of ['leader', 'one', 'two']) if ((await applied(consumer)) !== position) return false;
  return true;
};
/** Events that a consumer saw twice or never, and events that one batch served to all. */
const counts = () =>
  pool.one(sql.type(z.object({ doubles: z.int(), missing: z.int(), events: z.int(), shared: z.int() }))`
    WITH log AS MATERIALIZED (SELECT position FROM events)
    SELECT (SELECT count(*) FROM (SELECT 1 FROM seen GROUP BY consumer, position HAVING count(*) > 1) AS d) AS doubles,
           (SELECT count(*) FROM log CROSS JOIN unnest(ARRAY['leader', 'one', 'two']) AS consumer
             WHERE NOT EXISTS (SELECT 1 FROM seen WHERE seen.consumer = consumer.consumer AND seen.position = log.position)) AS missing,
           (SELECT count(*) FROM log) AS events,
           (SELECT count(*) FROM (SELECT 1 FROM seen GROUP BY position, batch HAVING count(*) = 3) AS s) AS shared`);

test('a batch serves all that stand at one position, once', async () => {
  const first = await append(5);
  await until(() => allAt(first));
  const last = await append(60);
  await until(() => allAt(last));
  const { doubles, missing, events, shared } = await counts();
  expect([doubles, missing]).toEqual([0, 0]);
  expect(shared).toBeGreaterThan(events / 2);
});

test('a paused companion stays, the others continue, and it catches up', async () => {
  const before = await append(1);
  await until(() => allAt(before));
  await setPaused(pool, 'one', true);
  const last = await append(20);
  await until(async () => (await applied('leader')) === last && (await applied('two')) === last);
  expect(await applied('one')).toBe(before);
  await setPaused(pool, 'one', false);
  await until(() => allAt(last));
  expect(await counts()).toMatchObject({ doubles: 0, missing: 0 });
});

test('companions of a paused leader continue', async () => {
  await setPaused(pool, 'leader', true);
  const last = await append(20);
  await until(async () => (await applied('one')) === last && (await applied('two')) === last);
  await setPaused(pool, 'leader', false);
  await until(() => allAt(last));
  expect(await counts()).toMatchObject({ doubles: 0, missing: 0 });
});

test.each(['one', 'leader'])(
  'when %s is faulty, it alone stops',
  async (faulty) => {
    const before = await append(1);
    await until(() => allAt(before));
    broken = faulty;
    const last = await append(20);
    const others = ['leader', 'one', 'two'].filter((name) => name !== faulty);
    await until(async () => (await Promise.all(others.map(applied))).every((position) => position === last));
    await until(async () => (await listFaults(pool)).length > 0, 20_000);
    expect(await listFaults(pool)).toMatchObject([{ projection: faulty, position: before + 1 }]);
    expect(await applied(faulty)).toBe(before);
    broken = '';
    await until(() => allAt(last), 20_000);
    await until(async () => (await listFaults(pool)).length === 0);
    expect(await counts()).toMatchObject({ doubles: 0, missing: 0 });
  },
  60_000,
);
