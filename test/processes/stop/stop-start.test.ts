/** Signals during a stop, and during a start. */
import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { ended, launch } from '../../setup/processes/server-process.ts';
import { ownLock } from '../../../store/schema/names.ts';
import { until } from '../../setup/shop.ts';
import { AT_ONCE_MS, DRAIN_MS, SLACK_MS, openStops } from './stop-scene.ts';

const { cleanups, given, start, anOrderUnderWay, databaseUrl } = openStops();

test('a second signal ends the node at once', async () => {
  const server = await start({ HOLDFAST_DRAIN_SECONDS: '60' });
  await anOrderUnderWay(server, databaseUrl());
  const began = performance.now();
  const exit = once(server.child, 'exit');
  server.child.kill('SIGINT');
  await until(async () => (await fetch(`${server.adminUrl}/health/ready`)).status === 503);
  // npm forwards the same signal once more right away, so this one must differ.
  const again = setInterval(() => server.child.kill('SIGINT'), 1_100);
  await exit;
  clearInterval(again);
  expect(performance.now() - began).toBeLessThan(6_000);
});

describe('SIGTERM ends a start', () => {
  test('that waits for the migration of another node', async () => {
    const other = new Client({ connectionString: databaseUrl() });
    await other.connect();
    cleanups.push(() => other.end());
    await other.query('SELECT pg_advisory_lock($1)', [ownLock(0x68_6f_6c_64)]);
    // Without anything to apply, a start takes no lock.
    await other.query("DELETE FROM schema_migrations WHERE name LIKE 'log-links.sql%'");
    const { child, output } = launch({ env: given() });
    cleanups.push(() => child.kill('SIGKILL'));
    await until(async () => {
      const { rowCount } = await other.query(
        "SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted",
      );
      return rowCount === 1;
    }, 30_000);
    const began = performance.now();
    child.kill('SIGTERM');
    expect((await ended({ child, output })).code).toBe(0);
    expect(performance.now() - began).toBeLessThan(AT_ONCE_MS);
  });

  test('whose Postgres accepts connections and stays silent', async () => {
    const silent = createServer(() => {}).listen(0, '127.0.0.1');
    const connected = once(silent, 'connection');
    await once(silent, 'listening');
    const { port } = silent.address() as { port: number };
    const url = `postgres://holdfast@127.0.0.1:${port}/x`;
    const { child, output } = launch({ env: given({ DATABASE_URL: url }) });
    cleanups.push(() => child.kill('SIGKILL'));
    const [socket] = await connected;
    cleanups.push(
      () => silent.close(),
      () => socket.destroy(),
    );
    const began = performance.now();
    child.kill('SIGTERM');
    expect((await ended({ child, output })).code).toBe(0);
    expect(performance.now() - began).toBeLessThan(DRAIN_MS + SLACK_MS);
  });
});
