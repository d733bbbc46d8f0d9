/** A server that has become a standby: it accepts connections, and refuses writes and LISTEN. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { pino } from 'pino';
import { Client } from 'pg';
import { startPostgres } from '../../../ops/embedded/postgres/postgres.ts';
import { send, until } from '../../setup/shop.ts';
import { apiKey, openStops, place } from '../stop/stop-scene.ts';

const { cleanups, start, folder } = openStops();
const log = pino({ level: 'silent' });

const ATTEMPTS = 10;
/** The pools of the start, the node and the appends have two each; also listener, check, test. */
const CONNECTIONS_MAX = 9;

test('no client of a node collects connections on a standby, and each recovers after it', async () => {
  const dataDir = await folder();
  const primary = await startPostgres(dataDir, log);
  const server = await start({ DATABASE_URL: primary.url, HOLDFAST_DATABASE_POOL: '2' });
  expect((await place(server)).status).toBe(201);
  const port = Number(new URL(primary.url).port);
  await primary.stop();
  await writeFile(join(dataDir, 'postgres', 'standby.signal'), '', { mode: 0o644 });
  const standby = await startPostgres(dataDir, log, port);
  cleanups.push(() => standby.stop());

  const client = new Client({ connectionString: primary.url });
  client.on('error', () => {});
  await client.connect();
  const counts: number[] = [];
  const attempts = () => server.output().split('append listener disconnected').length - 1;
  const before = attempts();
  await until(async () => {
    const { status } = await place(server);
    expect(status).toBe(503);
    const { rows } = await client.query(
      "SELECT count(*)::int AS n FROM pg_stat_activity WHERE backend_type = 'client backend'",
    );
    counts.push(rows[0].n);
    return attempts() - before >= ATTEMPTS;
  }, 60_000);
  const listeners = await client.query(
    "SELECT FROM pg_stat_activity WHERE application_name = 'holdfast-wakeups'",
  );
  expect(listeners.rowCount).toBeLessThanOrEqual(1);
  expect(Math.max(...counts)).toBeLessThanOrEqual(CONNECTIONS_MAX);

  await client.query('SELECT pg_promote()');
  await client.end();
  await until(async () => (await place(server)).status === 201, 30_000);
  await until(async () => {
    const { json } = await send(`${server.url}/v2/orders`, { apiKey });
    return json['data']?.length === 2;
  }, 30_000);
  expect(await server.end('SIGTERM')).toBe(0);
}, 120_000);
