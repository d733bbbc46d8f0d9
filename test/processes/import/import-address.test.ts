/** `holdfast import` finds the server through the data directory. */
import { once } from 'node:events';
import { chmod, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { holdfast } from '../../setup/processes/command.ts';
import { TEST_REDIS } from '../../setup/database.ts';
import { newApiKey } from '../../setup/shop.ts';
import { type ServerProcess, startServer } from '../../setup/processes/server-process.ts';

let dataDir: string;
let path: string;
const servers: ServerProcess[] = [];
const start = async (grpcPort: string) => {
  const server = await startServer({
    env: {
      HOLDFAST_DATA_DIR: dataDir,
      REDIS_URL: TEST_REDIS,
      GRPC_PORT: grpcPort,
      HOLDFAST_LOG_LEVEL: 'error',
    },
  });
  servers.push(server);
  return server;
};

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'holdfast-address-'));
  // Otherwise Postgres, which does not run as root, would keep its data elsewhere.
  await chmod(dataDir, 0o755);
  path = join(dataDir, 'orders.ndjson');
  const lines = [{ sku: 'A', name: 'B', quantity: 1, unit_price: 5 }];
  const order = { customer_id: 'ada', currency: 'EUR', lines };
  await writeFile(path, `${JSON.stringify({ idempotency_key: 'one', order })}\n`);
});
afterAll(async () => {
  for (const server of servers) await server.end('SIGTERM');
  await rm(dataDir, { recursive: true });
});

const run = (more: Record<string, string> = {}, ...words: string[]) =>
  holdfast(['import', path, '--patience', '1', ...words], { HOLDFAST_DATA_DIR: dataDir, ...more });

test('import finds the server of the data directory on any port, and no other server', async () => {
  const server = await start('0');
  const ended = await run();
  expect([ended.code, ended.stdout]).toEqual([0, expect.stringContaining('1 orders placed')]);

  // An explicit address has priority. Another server does not get the key of this directory.
  const named = await run({ GRPC_PORT: '1', HOLDFAST_API_KEY: newApiKey() });
  expect([named.code, named.stderr]).toEqual([
    1,
    expect.stringContaining('127.0.0.1:1: No answer for 1 seconds'),
  ]);
  const foreign = await run({ GRPC_PORT: '1' });
  expect([foreign.code, foreign.stderr]).toEqual([
    1,
    `No API key for 127.0.0.1:1. Set HOLDFAST_API_KEY, or log in: npx holdfast login URL\nA key in ${dataDir} is for the server of that directory only.\n`,
  ]);
  const to = await run({ GRPC_PORT: '1' }, '--to', server.grpc);
  expect([to.code, to.stdout]).toEqual([0, expect.stringContaining('1 already placed')]);

  // An import of history finds the REST API of the same server.
  const history = join(dataDir, 'history.ndjson');
  const order = {
    reference: 'old-1',
    ordered_at: '2024-03-01T10:00:00Z',
    lines: [{ name: 'B', quantity: 1, unit_price: { amount: 5, currency: 'EUR' } }],
  };
  await writeFile(history, `${JSON.stringify({ order })}\n`);
  const env = { HOLDFAST_DATA_DIR: dataDir };
  const old = await holdfast(['import', '--history', history], env);
  expect([old.code, old.stdout]).toEqual([0, expect.stringContaining('1 orders placed')]);
  const gone = await holdfast(
    ['import', history, '--history', '--to', 'http://127.0.0.1:1', '--patience', '1'],
    env,
  );
  expect([gone.code, gone.stderr]).toEqual([
    1,
    expect.stringContaining('No API key for http://127.0.0.1:1. Set HOLDFAST_API_KEY,'),
  ]);
  // The own address, by another name, and in the environment.
  const own = server.url.replace('127.0.0.1', 'localhost');
  const again = await holdfast(['import', '--history', history], { ...env, HOLDFAST_URL: own });
  expect([again.code, again.stdout]).toEqual([0, expect.stringContaining('1 already there')]);

  await server.end('SIGTERM');
  const stopped = await holdfast(['import', '--history', history], env);
  expect([stopped.code, stopped.stderr]).toEqual([
    1,
    expect.stringContaining(
      `No server runs on the data directory ${dataDir}, and no other is named.\nStart it with`,
    ),
  ]);
  expect((await readdir(dataDir)).filter((name) => name.endsWith('-address'))).toEqual([]);
}, 60_000);

test('a server without a gRPC port is reported as such', async () => {
  const other = createServer().listen(50_051, '127.0.0.1');
  const taken = await Promise.race([
    once(other, 'listening').then(() => true),
    once(other, 'error').then(() => false),
  ]);
  const server = await start('');
  const { code, stderr } = await run();
  expect([code, stderr]).toEqual([1, expect.stringContaining('does not serve gRPC')]);
  await server.end('SIGTERM');
  if (taken) other.close();
}, 60_000);
