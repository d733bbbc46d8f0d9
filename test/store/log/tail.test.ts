/** The watches of the feed: tenants share them. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { v7 } from 'uuid';
import { ensurePartitions } from '../../../store/partitions.ts';
import { type DatabasePool, openPool } from '../../../store/pool.ts';
import { type Tail, createTail } from '../../../store/log/tail.ts';
import { type TestDatabase, cloneDatabase } from '../../setup/database.ts';

let database: TestDatabase;
let pool: DatabasePool;
let tail: Tail;
beforeAll(async () => {
  const log = pino({ level: 'silent' });
  database = await cloneDatabase();
  pool = await openPool({ databaseUrl: database.url, size: 4, log, checkRows: true });
  await ensurePartitions(pool, 1, []);
  tail = createTail(pool, log);
});
afterAll(async () => {
  tail.close();
  await pool.end();
  await database.drop();
});

const watch = (tenantId: string, count: number) =>
  Promise.all(Array.from({ length: count }, () => tail.watch({ partition: 0, tenantId })));
const started = (watches: unknown[]) => watches.filter((each) => each !== undefined).length;

test('one tenant cannot take all watches of a process', async () => {
  const [greedy, modest] = [v7(), v7()];
  const taken = await watch(greedy, 1_000);
  expect(started(taken)).toBe(800);
  const others = await watch(modest, 100);
  expect(started(others)).toBe(100);
  // The watches that end come to the other tenant, until both have enough.
  for (const each of taken) each?.end();
  expect(started(await watch(modest, 500))).toBe(500);
});
