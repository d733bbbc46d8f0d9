/** One tenant's slow statements keep neither the connections of others nor those of the append. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type DatabasePool, sql } from 'slonik';
import { z } from 'zod';
import { createTenantConnections } from '../../../store/connections/tenant-connections.ts';
import { StoreOverloaded } from '../../../store/unavailable.ts';
import { type TestDatabase, cloneDatabase } from '../../setup/database.ts';
import { openTestPool } from '../../setup/pool.ts';
import { until } from '../../setup/shop.ts';

const SIZE = 10;

let database: TestDatabase;
let pool: DatabasePool;
beforeAll(async () => {
  database = await cloneDatabase();
  pool = await openTestPool(database, SIZE);
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

const number = z.object({ n: z.int() });
const quick = sql.type(number)`SELECT 1 AS n`;
/** Statements that run until the test ends them. */
async function holdStatements() {
  const key = Math.floor(Math.random() * 1e9);
  const unlock = Promise.withResolvers<void>();
  const isLocked = Promise.withResolvers<void>();
  // One lock, exclusive here, makes each slow statement wait.
  const holder = pool.transaction(async (transaction) => {
    await transaction.query(sql.unsafe`SELECT pg_advisory_xact_lock(${key})`);
    isLocked.resolve();
    await unlock.promise;
  });
  await isLocked.promise;
  return {
    slow: sql.unsafe`SELECT 1 AS n FROM pg_advisory_xact_lock_shared(${key})`,
    async end() {
      unlock.resolve();
      await holder;
    },
  };
}
const inUse = () => pool.state().acquiredConnections;

test('slow statements of one tenant leave connections for the others and for the append', async () => {
  const connections = createTenantConnections({ pool, size: SIZE });
  const { slow, end } = await holdStatements();
  const slowOnes = Array.from({ length: 50 }, () => connections.of('loud').any(slow));
  await until(() => inUse() === 1 + 5);
  // The pool answers at once, and so do the statements of another tenant.
  expect(await pool.one(quick)).toEqual({ n: 1 });
  for (let n = 0; n < 20; n += 1) expect(await connections.of('quiet').one(quick)).toEqual({ n: 1 });
  expect(inUse()).toBe(1 + 5);
  await end();
  await Promise.all(slowOnes);
  expect(inUse()).toBe(0);
});

test('two tenants share the places that come back', async () => {
  const connections = createTenantConnections({ pool, size: SIZE });
  const { slow, end } = await holdStatements();
  const order: string[] = [];
  const ask = (tenant: string) =>
    connections
      .of(tenant)
      .transaction((transaction) => transaction.any(slow))
      .then(() => order.push(tenant));
  const all = Array.from({ length: 50 }, () => ask('loud'));
  await until(() => inUse() === 1 + 5);
  all.push(...Array.from({ length: 6 }, () => ask('quiet')));
  await until(() => inUse() === 1 + 6);
  await end();
  await Promise.all(all);
  // Those of the tenant that came later are among the first, not behind the 50.
  expect(order.lastIndexOf('quiet')).toBeLessThan(25);
});

test('the place of a statement comes back with its connection, although the caller gave up', async () => {
  const connections = createTenantConnections({ pool, size: 2 });
  const { slow, end } = await holdStatements();
  const given = connections.of('loud').any(slow);
  let isBehind = true;
  const behind = connections
    .of('loud')
    .one(quick)
    .finally(() => (isBehind = false));
  await Promise.race([given, new Promise((resolve) => setImmediate(resolve))]);
  await pool.one(quick);
  expect(isBehind).toBe(true);
  await end();
  expect(await behind).toEqual({ n: 1 });
  await given;
});

test('a statement that waits too long is refused, and so are too many of one tenant', async () => {
  const connections = createTenantConnections({ pool, size: 2, waitMs: 50 });
  const { slow, end } = await holdStatements();
  const first = connections.of('loud').any(slow);
  const waiting = Array.from({ length: 1_001 }, () => connections.of('loud').one(quick));
  await expect(waiting.at(-1)).rejects.toThrow('1000 calls of the tenant wait for a connection');
  for (const outcome of await Promise.allSettled(waiting.slice(0, 1_000))) {
    expect(outcome).toMatchObject({ reason: { message: 'The tenant got no connection within 50 ms' } });
    expect((outcome as PromiseRejectedResult).reason).toBeInstanceOf(StoreOverloaded);
  }
  await end();
  await first;
  expect(await connections.of('loud').one(quick)).toEqual({ n: 1 });
});

test('an error of a statement gives the place back', async () => {
  const connections = createTenantConnections({ pool, size: 2 });
  await expect(connections.of('a').query(sql.unsafe`SELECT 1 / 0`)).rejects.toThrow();
  expect(await connections.of('a').one(quick)).toEqual({ n: 1 });
});
