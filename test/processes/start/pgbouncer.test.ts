/**
 * Behind PgBouncer: session pooling works, with all limits; other pool modes are refused.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { sql } from 'slonik';
import { freePort } from '../../../ops/embedded/free-port.ts';
import { openPool } from '../../../store/pool.ts';
import { holdfast } from '../../setup/processes/command.ts';
import { TEST_REDIS, cloneDatabase } from '../../setup/database.ts';
import { ended, launch, startServer } from '../../setup/processes/server-process.ts';
import { anOrder, newApiKey, send, until } from '../../setup/shop.ts';

const isInstalled = spawnSync('pgbouncer', ['--version'], { stdio: 'ignore' }).error === undefined;
if (!isInstalled) process.stdout.write('NOT TESTED, for it is not installed: pgbouncer\n');

/** In start order. */
const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

/** @returns the address of a new database behind a new PgBouncer */
async function behindPgBouncer(mode: string): Promise<string> {
  const database = await cloneDatabase();
  ends.push(() => database.drop());
  const { hostname, port, username, password, pathname } = new URL(database.url);
  const own = await freePort();
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-pgbouncer-'));
  ends.push(() => rm(folder, { recursive: true, force: true }));
  await chmod(folder, 0o755);
  await writeFile(
    join(folder, 'pgbouncer.ini'),
    `[databases]
* = host=${hostname} port=${port} user=${username} password='${decodeURIComponent(password)}'
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${own}
unix_socket_dir =
auth_type = any
pool_mode = ${mode}
default_pool_size = 40
`,
  );
  // PgBouncer refuses to run as root.
  const nobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
  const child = spawn('pgbouncer', [join(folder, 'pgbouncer.ini')], {
    stdio: ['ignore', 'ignore', 'pipe'],
    ...nobody,
  });
  let output = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output += text));
  ends.push(async () => {
    if (child.exitCode !== null) return;
    const ending = once(child, 'exit');
    child.kill('SIGTERM');
    await ending;
  });
  await until(async () => {
    if (child.exitCode !== null) throw new Error(`pgbouncer ended with ${child.exitCode}: ${output}`);
    const socket = connect(own, '127.0.0.1');
    const isThere = once(socket, 'connect').then(
      () => true,
      () => false,
    );
    return isThere.finally(() => socket.destroy());
  });
  return `postgres://${username}@127.0.0.1:${own}${pathname}`;
}

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

  test('in transaction mode, server and commands report the fault and the remedy', async () => {
    const env = environment(await behindPgBouncer('transaction'));
    const refusal =
      /shares one Postgres session among several connections, as PgBouncer does in transaction mode\.\n.*pool_mode = session/;
    const { code, output } = await ended(launch({ env }));
    expect(output).toMatch(refusal);
    expect(code).toBe(1);
    const command = await holdfast(['tenants', 'list'], env);
    expect([command.code, command.stderr]).toEqual([1, expect.stringMatching(refusal)]);
  });
});
