/** Connections that go silent: a proxy keeps them open and carries nothing, and new ones work. */
import { afterAll, beforeAll, beforeEach, afterEach, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { sql } from 'slonik';
import { z } from 'zod';
import { databaseConnectionsSilent } from '../../../platform/metrics.ts';
import { createAnnouncer, listenForWakeups } from '../../../store/consumers/wakeups.ts';
import { type DatabasePool, openPool } from '../../../store/pool.ts';
import { connect, newClient } from '../../../store/session.ts';
import { isOutage } from '../../../store/unavailable.ts';
import { type TestDatabase, cloneDatabase } from '../../setup/database.ts';
import { type MovableAddress, openMovableAddress } from '../../setup/movable-address.ts';
import { openTestPool } from '../../setup/pool.ts';
import { until } from '../../setup/shop.ts';

const CONNECTIONS = 6;
/** Time to notice the silence, with a margin for a busy machine. */
const NOTICED_MS = 6_000;

let database: TestDatabase;
/** Leads to Postgres itself. */
let direct: DatabasePool;
beforeAll(async () => {
  database = await cloneDatabase({ isDirect: true });
  direct = await openTestPool(database);
  await direct.query(sql.unsafe`CREATE TABLE written (n integer)`);
});
afterAll(async () => {
  await direct.end();
  await database.drop();
});

let proxy: MovableAddress;
let url: string;
beforeEach(async () => {
  proxy = await openMovableAddress(Number(new URL(database.url).port));
  url = Object.assign(new URL(database.url), { port: String(proxy.port) }).href;
});
afterEach(() => proxy.close());

async function openFullPool(statementTimeoutMs?: number): Promise<DatabasePool> {
  const log = pino({ level: 'silent' });
  const pool = await openPool({ databaseUrl: url, size: CONNECTIONS, log, statementTimeoutMs });
  await Promise.all(Array.from({ length: CONNECTIONS }, () => pool.query(sql.unsafe`SELECT pg_sleep(0.2)`)));
  expect(pool.state().idleConnections).toBe(CONNECTIONS);
  return pool;
}
const one = (pool: DatabasePool) => pool.oneFirst(sql.type(z.object({ n: z.int() }))`SELECT 1 AS n`);

test.each([
  ['of a server', undefined],
  ['of a command, whose statements may take an hour', 3_600_000],
])(
  'one caller at a time notices the silence of all connections %s',
  async (_what, statementTimeoutMs) => {
    const pool = await openFullPool(statementTimeoutMs);
    proxy.silence();
    const began = performance.now();
    const destroyed = async () => (await databaseConnectionsSilent.get()).values[0]?.value ?? 0;
    const destroyedBefore = await destroyed();
    const failure = await one(pool).catch((error: unknown) => error);
    expect(isOutage(failure)).toBe(true);
    expect(await one(pool)).toBe(1);
    expect(await destroyed()).toBeGreaterThanOrEqual(destroyedBefore + CONNECTIONS);
    expect(performance.now() - began).toBeLessThan(NOTICED_MS);
    await pool.end();
  },
  30_000,
);

test('many callers notice it together, and none waits for another', async () => {
  const pool = await openFullPool();
  proxy.silence();
  const began = performance.now();
  const outcomes = await Promise.allSettled(Array.from({ length: 5 * CONNECTIONS }, () => one(pool)));
  expect(performance.now() - began).toBeLessThan(NOTICED_MS);
  expect(outcomes.filter(({ status }) => status === 'rejected').length).toBeLessThanOrEqual(CONNECTIONS);
  await pool.end();
}, 30_000);

test('a statement in a transaction fails, and its transaction ends', async () => {
  const pool = await openFullPool();
  const failure = await pool
    .transaction(async (transaction) => {
      await transaction.query(sql.unsafe`INSERT INTO written VALUES (1)`);
      proxy.silence();
      await transaction.query(sql.unsafe`INSERT INTO written VALUES (2)`);
    })
    .catch((error: unknown) => error);
  expect(isOutage(failure)).toBe(true);
  expect(await one(pool)).toBe(1);
  await pool.end();
}, 30_000);

test('a statement that works for long, or waits for a lock, keeps its connection', async () => {
  const pool = await openFullPool();
  await expect(pool.query(sql.unsafe`SELECT pg_sleep(5)`)).resolves.toMatchObject({ rowCount: 1 });
  const other = newClient({ connectionString: database.url });
  await connect(other);
  await other.query('BEGIN; LOCK TABLE written');
  const waiting = pool.query(sql.unsafe`INSERT INTO written VALUES (3)`);
  await other.query('SELECT pg_sleep(5); COMMIT');
  await waiting;
  await other.end();
  expect(await direct.oneFirst(sql.unsafe`SELECT count(*) FROM written WHERE n = 3`)).toBe(1);
  await pool.end();
}, 30_000);

test('a backend that hangs is given up after the statement timeout', async () => {
  const pool = await openFullPool(1_000);
  const pid = await pool.oneFirst(sql.type(z.object({ pid: z.int() }))`SELECT pg_backend_pid() AS pid`);
  process.kill(pid, 'SIGSTOP');
  try {
    const outcomes = await Promise.allSettled(Array.from({ length: CONNECTIONS }, () => one(pool)));
    const failures = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
    expect(failures.map(isOutage)).toEqual([true]);
    expect(await one(pool)).toBe(1);
  } finally {
    process.kill(pid, 'SIGCONT');
  }
  await pool.end();
}, 30_000);

test('a client outside the pools', async () => {
  const client = newClient({ connectionString: url });
  await connect(client);
  proxy.silence();
  const began = performance.now();
  await expect(client.query('SELECT 1')).rejects.toMatchObject({ code: 'ETIMEDOUT' });
  await client.end();
  expect(performance.now() - began).toBeLessThan(NOTICED_MS);
}, 30_000);

test('a transaction of another connection goes on', async () => {
  const silent = newClient({ connectionString: url });
  await connect(silent);
  proxy.silence();
  const other = newClient({ connectionString: url });
  await connect(other);
  await other.query('BEGIN');
  await expect(silent.query('SELECT 1')).rejects.toMatchObject({ code: 'ETIMEDOUT' });
  await expect(other.query('COMMIT')).resolves.toMatchObject({ command: 'COMMIT' });
  await other.end();
}, 30_000);

test('the listener for appends connects again', async () => {
  let wakeups = 0;
  const listener = listenForWakeups(url, pino({ level: 'silent' }), () => (wakeups += 1));
  const { announce } = createAnnouncer(direct);
  // A notification arrives some time after the answer to its statement.
  const notifiedAfter = (before: number) => () => {
    announce(0);
    return wakeups > before;
  };
  await until(notifiedAfter(0));
  proxy.silence();
  const opened = proxy.opened();
  await until(async () => proxy.opened() > opened, 30_000);
  await until(notifiedAfter(wakeups));
  await listener.close();
}, 60_000);
