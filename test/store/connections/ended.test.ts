/** A connection that Postgres has ended: each error that a caller then meets is an outage. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'slonik';
import { z } from 'zod';
import { connect, newClient } from '../../../store/session.ts';
import { isOutage } from '../../../store/unavailable.ts';
import { type TestDatabase, admin, cloneDatabase } from '../../setup/database.ts';
import { openTestPool } from '../../setup/pool.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await cloneDatabase();
});
afterAll(() => database.drop());

const pidOf = z.object({ pid: z.int() });
const terminate = (pid: number) => admin(`SELECT pg_terminate_backend(${pid})`);

test('of a client: at the statement that runs, and at the next', async () => {
  const client = newClient({ connectionString: database.url });
  await connect(client);
  const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  const running = client.query('SELECT pg_sleep(30)').catch((error: unknown) => error);
  await terminate(rows[0]!.pid);
  expect(isOutage(await running)).toBe(true);
  expect(isOutage(await client.query('SELECT').catch((error: unknown) => error))).toBe(true);
  await client.end();
  expect(isOutage(await client.query('SELECT').catch((error: unknown) => error))).toBe(true);
});

test('of a pool: within a transaction, and after the end of the pool', async () => {
  const pool = await openTestPool(database);
  const failure = await pool
    .transaction(async (transaction) => {
      const pid = await transaction.oneFirst(sql.type(pidOf)`SELECT pg_backend_pid() AS pid`);
      await terminate(pid);
      await transaction.query(sql.unsafe`SELECT 1`).catch(() => {});
      await transaction.query(sql.unsafe`SELECT 2`);
    })
    .catch((error: unknown) => error);
  expect(isOutage(failure)).toBe(true);
  await pool.end();
  expect(isOutage(await pool.query(sql.unsafe`SELECT 1`).catch((error: unknown) => error))).toBe(true);
});
