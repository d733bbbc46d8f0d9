import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { createTenant, addApiKey } from '../../../store/keys/api-keys.ts';
import { openPool } from '../../../store/pool.ts';
import { holdfast } from '../../setup/processes/command.ts';
import { TEST_REDIS, type TestDatabase, cloneDatabase } from '../../setup/database.ts';
import { type ServerProcess, startServer } from '../../setup/processes/server-process.ts';
import { newApiKey, send, until } from '../../setup/shop.ts';

/** Milliseconds after which each node applies a change: docs/keys.md. */
const PROMISE = 5_000;
let database: TestDatabase;
let nodes: ServerProcess[] = [];

beforeAll(async () => {
  database = await cloneDatabase();
  const env = {
    DATABASE_URL: database.url,
    REDIS_URL: TEST_REDIS,
    HOLDFAST_BOOTSTRAP_KEY: newApiKey(),
    HOLDFAST_RATE_LIMIT_UNAUTHENTICATED: '100000/60',
    HOLDFAST_LOG_LEVEL: 'info',
  };
  nodes = await Promise.all([startServer({ env }), startServer({ env })]);
}, 60_000);
afterAll(async () => {
  await Promise.all(nodes.map((node) => node.end('SIGTERM')));
  await database.drop();
});

const command = async (...args: string[]) => {
  const { code, stderr, json } = await holdfast([...args, '--json'], { DATABASE_URL: database.url });
  expect([code, stderr]).toEqual([0, '']);
  return json;
};
const statusAt = async (node: ServerProcess, apiKey: string) =>
  (await send(`${node.url}/v1/orders`, { apiKey })).status;

/** Polls every node. @returns ms from `since` until the last node gave that status steadily */
async function settles(apiKey: string, status: number, since: number): Promise<number> {
  const times = await Promise.all(
    nodes.map(async (node) => {
      await until(async () => (await statusAt(node, apiKey)) === status, PROMISE + 2_000);
      return performance.now() - since;
    }),
  );
  return Math.max(...times);
}

test('a key that was used on each node before it existed works within 5 s', async () => {
  const pool = await openPool({ databaseUrl: database.url, size: 1, log: pino({ level: 'silent' }) });
  const { tenantId } = await createTenant(pool, 'early', 1);
  const key = newApiKey();
  for (const node of nodes) expect(await statusAt(node, key)).toBe(401);
  await addApiKey(pool, { tenantId, key, name: 'early', scopes: ['orders:read'] });
  expect(await settles(key, 200, performance.now())).toBeLessThan(PROMISE);
  await pool.end();
}, 30_000);

test('on two nodes, a key and its successor work, a revoked key is refused within 5 s, and the list shows the last use', async () => {
  const { tenant_id: tenant } = await command('tenants', 'create', 'shop');
  const old = await command('keys', 'create', '--tenant', 'shop', '--name', 'till');
  expect(await settles(old.key, 200, performance.now())).toBeLessThan(PROMISE);

  const next = await command('keys', 'rotate', old.key_id);
  for (const { key } of [old, next]) expect(await settles(key, 200, performance.now())).toBeLessThan(PROMISE);

  const revoked = command('keys', 'revoke', old.key_id);
  // The key is in use on both nodes up to the revocation, so both have a fresh look-up.
  let done = false;
  await Promise.all([
    revoked.then(() => (done = true)),
    ...nodes.map(async (node) => {
      while (!done) await statusAt(node, old.key);
    }),
  ]);
  expect(await settles(old.key, 401, performance.now())).toBeLessThan(PROMISE);
  for (const node of nodes) {
    for (let n = 0; n < 20; n += 1) expect(await statusAt(node, old.key)).toBe(401);
    expect(await statusAt(node, next.key)).toBe(200);
  }

  // The nodes write the recorded uses when they stop, at the latest.
  const [first] = nodes;
  expect(await first?.end('SIGTERM')).toBe(0);
  nodes = nodes.slice(1);
  const listed = await command('keys', 'list', '--tenant', tenant);
  expect(
    listed.map((key: { name: string; revoked_at: string | null }) => [key.name, key.revoked_at !== null]),
  ).toEqual([
    ['till', true],
    ['till', false],
  ]);
  for (const key of listed) expect(Date.now() - Date.parse(key.last_used_at)).toBeLessThan(60_000);

  const said = [first, ...nodes].map((node) => node?.output()).join('');
  expect(said).toContain('"status":401');
  for (const { key } of [old, next]) expect(said).not.toContain(key.slice(8));
}, 60_000);

test('without DATABASE_URL, the commands use the database of npm start', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'holdfast-keys-'));
  await chmod(dataDir, 0o755);
  const env = { HOLDFAST_DATA_DIR: dataDir, REDIS_URL: TEST_REDIS };
  const server = await startServer({ env });
  try {
    const { json: tenant } = await holdfast(['tenants', 'create', 'here', '--json'], env);
    const { json: made } = await holdfast(['keys', 'create', '--tenant', tenant.tenant_id, '--json'], env);
    expect(await statusAt(server, made.key)).toBe(200);
  } finally {
    await server.end('SIGTERM');
  }
  const { code, stderr } = await holdfast(['tenants', 'list'], env);
  expect([code, stderr]).toEqual([
    1,
    expect.stringContaining(`No Holdfast is running on the data directory ${dataDir}`),
  ]);
  await rm(dataDir, { recursive: true, force: true });
}, 60_000);
