import { connect } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { freePort } from '../../../ops/embedded/free-port.ts';
import { TEST_REDIS, cloneDatabase } from '../../setup/database.ts';
import { startingServer } from '../../setup/processes/server-process.ts';
import { until } from '../../setup/shop.ts';

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

const listens = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });

test.each([
  ['one process', '1'],
  ['several workers', '2'],
])('/health/ready answers 200 only after the API port is open: %s', async (_, workers) => {
  const database = await cloneDatabase();
  cleanups.push(database.drop);
  const [port, adminPort, grpcPort] = [await freePort(), await freePort(), await freePort()];
  // The start waits here for a secret, which it writes before it opens its ports.
  const holder = new Client({ connectionString: database.url });
  await holder.connect();
  await holder.query('BEGIN; LOCK TABLE instance_secrets IN SHARE MODE');
  cleanups.push(() => holder.end());

  const server = startingServer({
    env: {
      DATABASE_URL: database.url,
      REDIS_URL: TEST_REDIS,
      PORT: String(port),
      ADMIN_PORT: String(adminPort),
      GRPC_PORT: String(grpcPort),
      HOLDFAST_WORKERS: workers,
    },
  });
  cleanups.push(() => server.end('SIGTERM'));
  // The start opens and closes the port once to check that it is free; that is no answer.
  const answers = () =>
    fetch(`http://127.0.0.1:${adminPort}/health/live`).then(
      ({ ok }) => ok,
      () => false,
    );
  await until(answers, 30_000);
  const early = await fetch(`http://127.0.0.1:${adminPort}/health/ready`);
  expect([await listens(port), early.status, ((await early.json()) as { status: string }).status]).toEqual([
    false,
    503,
    'starting',
  ]);
  expect((await fetch(`http://127.0.0.1:${adminPort}/health/live`)).status).toBe(200);

  await holder.query('COMMIT');
  await until(async () => (await fetch(`http://127.0.0.1:${adminPort}/health/ready`)).status === 200, 30_000);
  expect([await listens(port), await listens(grpcPort)]).toEqual([true, true]);
});
