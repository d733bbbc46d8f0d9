import { readFile, readdir } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { sql } from 'slonik';
import { z } from 'zod';
import { directAddressOf } from '../../store/connections/direct-address.ts';
import { type DatabasePool, instantOf, openPool } from '../../store/pool.ts';
import { listenForWakeups } from '../../store/consumers/wakeups.ts';
import { CITUS_NODES, type TestDatabase, admin } from '../setup/database.ts';
import { oddDatabase } from '../setup/odd-database.ts';
import { until } from '../setup/shop.ts';

const log = pino({ level: 'silent' });
const nameOf = ({ url }: TestDatabase) => new URL(url).pathname.slice(1);

let database: TestDatabase;
let pool: DatabasePool;
beforeAll(async () => {
  database = await oddDatabase('SQL, DMY');
  pool = await openPool({ databaseUrl: directAddressOf(database.url), size: 2, log, checkRows: true });
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

const EXPECTED: Record<string, string> = {
  DateStyle: 'ISO, YMD',
  IntervalStyle: 'postgres',
  TimeZone: 'UTC',
  bytea_output: 'hex',
  extra_float_digits: '1',
  client_encoding: 'UTF8',
  lc_monetary: 'C',
  lc_numeric: 'C',
  lc_time: 'C',
  search_path: 'holdfast',
  standard_conforming_strings: 'on',
  transform_null_equals: 'off',
  array_nulls: 'on',
  quote_all_identifiers: 'off',
  default_transaction_isolation: 'read committed',
  synchronous_commit: 'on',
  lock_timeout: '0',
  idle_session_timeout: '0',
  // Of Postgres 17; the tests on Citus run on 15.
  ...(CITUS_NODES.length === 0 && { transaction_timeout: '0' }),
};
const settings = async () => {
  const rows = await pool.any(sql.type(z.object({ name: z.string(), value: z.string() }))`
    SELECT name, current_setting(name) AS value FROM unnest(${sql.array(Object.keys(EXPECTED), 'text')}) AS name`);
  return Object.fromEntries(rows.map(({ name, value }) => [name, value]));
};

test('each connection of a pool has the same settings, also one that replaces another', async () => {
  const both = await Promise.all([settings(), settings()]);
  expect(both).toEqual([EXPECTED, EXPECTED]);
  await admin(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${nameOf(database)}'`);
  await until(() =>
    settings().then(
      () => true,
      () => false,
    ),
  );
  expect(await Promise.all([settings(), settings()])).toEqual([EXPECTED, EXPECTED]);
});

test.each([
  ['off', 'on'], // an acknowledged write is on disk
  ['local', 'local'],
  ['remote_apply', 'remote_apply'],
])('synchronous_commit %s of the database becomes %s', async (given, becomes) => {
  await admin(`ALTER DATABASE ${nameOf(database)} SET synchronous_commit = '${given}'`);
  const fresh = await openPool({ databaseUrl: directAddressOf(database.url), size: 1, log });
  try {
    expect(await fresh.oneFirst(sql.unsafe`SHOW synchronous_commit`)).toBe(becomes);
  } finally {
    await fresh.end();
  }
});

test('an idle listener for appends is not disconnected', async () => {
  const listener = listenForWakeups(database.url, log, () => {});
  try {
    // The database would end each idle session after 200 ms.
    await until(() =>
      pool.exists(sql.unsafe`
        SELECT FROM pg_stat_activity
         WHERE datname = current_database() AND application_name = 'holdfast-wakeups'
           AND query LIKE 'LISTEN%' AND now() - state_change > interval '1 second'`),
    );
  } finally {
    await listener.close();
  }
});

test.each([
  ['2026-11-05 09:08:07+00', '2026-11-05T09:08:07.000Z'],
  ['2026-11-05 09:08:07.1+00', '2026-11-05T09:08:07.100Z'],
  ['2026-11-05 09:08:07.123999+00', '2026-11-05T09:08:07.123Z'],
  ['05/11/2026 09:08:07.123 UTC', undefined],
  ['05.11.2026 09:08:07.123 UTC', undefined],
  ['Thu Nov 05 09:08:07.123 2026 UTC', undefined],
  ['2026-11-05 14:53:07.123+05:45', undefined],
  ['-infinity', undefined],
])('the time %s of Postgres is parsed to %s', (text, instant) => {
  if (instant === undefined) expect(() => instantOf(text)).toThrow(`Postgres sent the time ${text}`);
  else expect(instantOf(text)).toBe(instant);
});

test('only one file connects to Postgres', async () => {
  const root = new URL('../../', import.meta.url);
  const files = (await readdir(root, { recursive: true })).filter(
    (name) => name.endsWith('.ts') && !/^(?:node_modules|test|loadtest|ops)\//.test(name),
  );
  const connecting = [];
  for (const name of files) {
    const text = await readFile(new URL(name, root), 'utf8');
    if (/^import (?!type).*from '(?:pg|@slonik\/pg-driver)'/m.test(text)) connecting.push(name);
  }
  expect(connecting).toEqual(['store/session.ts']);
});
