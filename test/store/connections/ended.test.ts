/** A connection that Postgres has ended: each error that a caller then meets is an outage. */
import { type AddressInfo, createConnection, createServer } from 'node:net';
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

/** Postgres, and behind the next preparation of a session, in the same packet, an end. */
async function openEndingProxy() {
  let isEnding = false;
  const target = new URL(database.url);
  const { port, hostname } = target;
  const server = createServer((client) => {
    const postgres = createConnection(Number(port), hostname);
    client.pipe(postgres);
    postgres.on('data', (data) => {
      const isPrepared = isEnding && data.includes('durability ');
      if (isPrepared) isEnding = false;
      client.write(isPrepared ? Buffer.concat([data, ENDED]) : data);
    });
    for (const [one, other] of [
      [client, postgres],
      [postgres, client],
    ] as const)
      one.on('error', () => {}).on('close', () => other.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  target.port = String((server.address() as AddressInfo).port);
  return { url: target.href, endNext: () => (isEnding = true), close: () => server.close() };
}
const ENDED = (() => {
  const fields = 'SFATAL\0C57P01\0Mterminating connection due to administrator command\0\0';
  const message = Buffer.from(`E0000${fields}`);
  message.writeInt32BE(message.length - 1, 1);
  return message;
})();

test('of a pool: with the answer that made it ready, while a statement waits for it', async () => {
  const proxy = await openEndingProxy();
  const pool = await openTestPool(proxy, 1);
  const pid = await pool.oneFirst(sql.type(pidOf)`SELECT pg_backend_pid() AS pid`);
  const running = pool.query(sql.unsafe`SELECT pg_sleep(30)`).catch((error: unknown) => error);
  const waiting = pool.query(sql.unsafe`SELECT 1`).catch((error: unknown) => error);
  proxy.endNext();
  await terminate(pid);
  expect(isOutage(await running)).toBe(true);
  expect(isOutage(await waiting)).toBe(true);
  expect((await pool.query(sql.unsafe`SELECT 1`)).rowCount).toBe(1);
  await pool.end();
  proxy.close();
});
