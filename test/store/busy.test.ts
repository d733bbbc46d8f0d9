import { EventEmitter } from 'node:events';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createSessionDriver } from '../../store/connections/driver.ts';
import { type TestDatabase, cloneDatabase } from '../setup/database.ts';

const TIMEOUT_MS = 1_000;

let database: TestDatabase;
beforeAll(async () => {
  database = await cloneDatabase();
});
afterAll(() => database.drop());

/** Keeps the event loop from its sockets, as a busy machine does. */
function block(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

test('a connection is not refused for the time that this process itself was busy', async () => {
  const driver = await createSessionDriver()({
    eventEmitter: new EventEmitter(),
    driverConfiguration: {
      connectionUri: database.url,
      connectionTimeout: TIMEOUT_MS,
      statementTimeout: 'DISABLE_TIMEOUT',
      idleInTransactionSessionTimeout: 'DISABLE_TIMEOUT',
      resetConnection: async () => {},
      typeParsers: [],
    },
  } as never);
  const attempt = driver.createClient();
  // The attempt is on its way, and Postgres answers while nobody looks.
  for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  block(2 * TIMEOUT_MS);
  const client = await attempt;
  client.acquire();
  expect((await client.query('SELECT 1 AS n')).rows).toEqual([{ n: 1 }]);
  await client.release();
  await client.destroy();
});
