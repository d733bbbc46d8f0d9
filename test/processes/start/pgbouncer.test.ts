/**
 * Behind PgBouncer: session pooling works, with all limits. Transaction pooling needs a direct
 * address.
 */
import { afterEach, describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { sql } from 'slonik';
import { directAddressOf } from '../../../store/connections/direct-address.ts';
import { openPool } from '../../../store/pool.ts';
import { holdfast } from '../../setup/processes/command.ts';
import { TEST_REDIS, admin, cloneDatabase } from '../../setup/database.ts';
import { isPgBouncerInstalled, startPgBouncer } from '../../../loadtest/kit/postgres/pgbouncer.ts';
import { ended, launch, startServer } from '../../setup/processes/server-process.ts';
import { anOrder, newApiKey, send, until } from '../../setup/shop.ts';

const isInstalled = isPgBouncerInstalled();
if (!isInstalled) process.stdout.write('NOT TESTED, for it is not installed: pgbouncer\n');

/** In start order. */
const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

/** @returns the addresses of a new database: behind a new PgBouncer, and of Postgres itself */
async function newPooledDatabase(mode: 'session' | 'transaction') {
  const database = await cloneDatabase();
  ends.push(database.drop);
  const direct = directAddressOf(database.url);
  const pooler = await startPgBouncer(direct, mode);
  ends.push(pooler.stop);
  return { url: pooler.urlOf(direct), direct };
}

/** Gives the role its settings with the statements of a message. */
async function giveSettings(message: string, direct: string): Promise<void> {
  const statements = [...message.matchAll(/^ALTER ROLE .*;$/gm)].map(([statement]) => statement);
  for (const statement of statements) await admin(statement);
  const database = new URL(direct).pathname.slice(1);
  await admin(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${database}'`);
}

const behindPgBouncer = async (mode: 'session' | 'transaction') => (await newPooledDatabase(mode)).url;

const environment = (url: string) => ({
  DATABASE_URL: url,
  REDIS_URL: TEST_REDIS,
  HOLDFAST_BOOTSTRAP_KEY: newApiKey(),
  HOLDFAST_LOG_LEVEL: 'error',
});

(isInstalled ? describe : describe.skip)('behind PgBouncer', () => {
  test('in session mode, a server places orders and updates its lists, and commands run', async () => {
    const env = environment(await behindPgBouncer('session'));
    const apiKey = env.HOLDFAST_BOOTSTRAP_KEY;
    const server = await startServer({ env });
    ends.push(() => server.end('SIGTERM'));
    const placed = await send(`${server.url}/v1/orders`, { body: anOrder(), apiKey });
    expect(placed.status).toBe(201);
    await until(async () => {
      const { json } = await send(`${server.url}/v1/orders`, { apiKey });
      return json.data?.length === 1;
    });
    const { code, stdout } = await holdfast(['projections', 'status'], env);
    expect([code, stdout.includes('orders')]).toEqual([0, true]);
  });

  test('in session mode, each connection has its time limits', async () => {
    const url = await behindPgBouncer('session');
    const log = pino({ level: 'silent' });
    const pool = await openPool({ databaseUrl: url, size: 1, log, statementTimeoutMs: 7_000 });
    ends.push(() => pool.end());
    const limitOf = (name: string) => pool.oneFirst(sql.unsafe`SELECT current_setting(${name})`);
    expect(await limitOf('statement_timeout')).toBe('7s');
    expect(await limitOf('idle_in_transaction_session_timeout')).toBe('15s');
    expect(await limitOf('DateStyle')).toBe('ISO, YMD');
  });

  test('in transaction mode without a direct address, server and commands report the fault and the remedy', async () => {
    const env = environment(await behindPgBouncer('transaction'));
    const refusal =
      /shares one Postgres session among several connections, as PgBouncer does in transaction mode\.\n.*HOLDFAST_DATABASE_DIRECT_URL/;
    const { code, output } = await ended(launch({ env }));
    expect(output).toMatch(refusal);
    expect(code).toBe(1);
    const command = await holdfast(['tenants', 'list'], env);
    expect([command.code, command.stderr]).toEqual([1, expect.stringMatching(refusal)]);
  });

  test('in transaction mode with a direct address, it says which settings the role lacks, then serves', async () => {
    const { url, direct } = await newPooledDatabase('transaction');
    const env = { ...environment(url), HOLDFAST_DATABASE_DIRECT_URL: direct };
    const { code, output } = await ended(launch({ env }));
    expect([code, output]).toEqual([1, expect.stringMatching(/other settings than Holdfast needs/)]);
    await giveSettings(output, direct);

    const apiKey = env.HOLDFAST_BOOTSTRAP_KEY;
    const server = await startServer({ env });
    ends.push(() => server.end('SIGTERM'));
    const placed = await send(`${server.url}/v1/orders`, { body: anOrder(), apiKey });
    expect(placed.status).toBe(201);
    const { json } = await send(`${server.url}/v1/orders`, {
      apiKey,
      headers: { 'holdfast-read-after': placed.headers.get('holdfast-position') ?? '' },
    });
    expect(json.data).toHaveLength(1);
    const command = await holdfast(['projections', 'rebuild', 'orders'], env);
    expect([command.code, command.stderr]).toEqual([0, '']);
  });

  test('a direct address of another database is refused', async () => {
    const { url } = await newPooledDatabase('transaction');
    const { direct } = await newPooledDatabase('session');
    const env = { ...environment(url), HOLDFAST_DATABASE_DIRECT_URL: direct };
    await giveSettings((await ended(launch({ env }))).output, url);
    const { code, output } = await ended(launch({ env }));
    expect([code, output]).toEqual([
      1,
      expect.stringMatching(/another database than HOLDFAST_DATABASE_DIRECT_URL/),
    ]);
  });
});
