/** `holdfast roles`: a node with the runtime role does its work, and cannot change the schema. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { auditOnce } from '../../../projections/rebuild/auditor.ts';
import { PROJECTIONS } from '../../../projections/registry.ts';
import { TEST_REDIS, admin, emptyDatabase } from '../../setup/database.ts';
import { holdfast } from '../../setup/processes/command.ts';
import { type ServerProcess, startServer } from '../../setup/processes/server-process.ts';
import { openTestPool } from '../../setup/pool.ts';
import { anOrder, newApiKey, send, until } from '../../setup/shop.ts';
import { type Receiver, openReceiver } from '../../workers/receiver.ts';

const PASSWORD = 'hush-hush';
const apiKey = newApiKey();
let database: Awaited<ReturnType<typeof emptyDatabase>>;
let client: Client;
let server: ServerProcess;
let receiver: Receiver;
/** Of this test only: roles belong to all databases of a server. */
let roles: { migration: string; runtime: string };
const words = (...more: string[]) => [
  'roles',
  '--migration-role',
  roles.migration,
  '--runtime-role',
  roles.runtime,
  ...more,
];
const urlOf = (role: string) => Object.assign(new URL(database.url), { username: role }).href;
const asRuntime = (command: string[]) => holdfast(command, envOf(roles.runtime));
const envOf = (role: string) => ({
  DATABASE_URL: urlOf(role),
  HOLDFAST_PERSONAL_KEY: Buffer.alloc(32, 7).toString('base64'),
});
beforeAll(async () => {
  database = await emptyDatabase();
  roles = { migration: `m_${database.name}`, runtime: `r_${database.name}` };
  client = new Client({ connectionString: database.url });
  await client.connect();
  receiver = await openReceiver(204);
  // As with a managed Postgres: not a superuser, but it may create roles.
  await admin(`ALTER ROLE ${database.role} CREATEROLE`);
  const env = { DATABASE_URL: database.url };
  expect(await holdfast(['migrate'], env)).toMatchObject({ code: 0, stderr: '' });
  const made = await holdfast(words(), env);
  expect([made.code, made.stderr]).toEqual([0, '']);
  expect(made.stdout).toContain(`\\password ${roles.migration}`);
  for (const role of Object.values(roles)) await admin(`ALTER ROLE ${role} PASSWORD '${PASSWORD}'`);
  server = await startServer({
    env: {
      ...envOf(roles.runtime),
      REDIS_URL: TEST_REDIS,
      HOLDFAST_BOOTSTRAP_KEY: apiKey,
      HOLDFAST_WEBHOOK_LOOPBACK: 'on',
      HOLDFAST_LOG_LEVEL: 'warn',
    },
  });
}, 120_000);
afterAll(async () => {
  await server?.end('SIGTERM');
  await receiver.close();
  await client.end();
  await database.drop().catch(() => {});
  for (const role of Object.values(roles)) await admin(`DROP ROLE IF EXISTS ${role}`);
  await admin(`DROP ROLE IF EXISTS ${database.role}`);
});

const ask = async (path: string, body?: object) => {
  const { status, json } = await send(`${server.url}${path}`, { apiKey, ...(body && { body }) });
  expect([path, status < 300]).toEqual([path, true]);
  return json;
};

test('a node with the runtime role places, pays, lists, delivers, erases', async () => {
  const endpoint = await ask('/v2/webhook-endpoints', { url: receiver.url });
  const order = await ask('/v2/orders', {
    ...anOrder({ currency: undefined, customer_id: 'cus_9' }),
    lines: [{ sku: 'K', name: 'Kelp', quantity: 1, unit_price: { amount: 450, currency: 'EUR' } }],
    email: 'kim@example.com',
  });
  await ask(`/v2/orders/${order.id}/payments`, { amount: { amount: 450, currency: 'EUR' } });
  await until(async () => (await ask('/v2/orders?payment_status=paid')).data.length === 1);
  await until(() => receiver.messages.length >= 2);
  expect((await ask(`/v2/webhook-endpoints/${endpoint.id}/deliveries`)).data.length).toBeGreaterThan(0);
  const erased = await send(`${server.url}/v2/customers/cus_9/personal-data`, { method: 'DELETE', apiKey });
  expect(erased.status).toBe(200);
  await until(async () => ((await ask(`/v2/orders/${order.id}`)).email ?? undefined) === undefined);
  expect(server.output()).not.toMatch(/"level":"(?:error|fatal)"|permission denied|must be owner/);
}, 60_000);

test.each([
  [['tenants', 'create', 'acme']],
  [['keys', 'create', '--tenant', 'acme']],
  [['keys', 'list', '--tenant', 'acme']],
  [['projections', 'list']],
  [['projections', 'status']],
  [['projections', 'pause', 'sales']],
  [['projections', 'resume', 'sales']],
  [['log', 'checkpoint']],
  [['audit']],
  [['retention', 'set', 'acme', '--deliveries', '7']],
  [['migrate']],
  [['migrate', '--check']],
])(
  'the runtime role runs %j',
  async (command) => {
    const { code, stderr } = await asRuntime(command);
    expect([code, stderr]).toEqual([0, '']);
  },
  30_000,
);

test('a node with the runtime role audits its read tables', async () => {
  const pool = await openTestPool({ url: urlOf(roles.runtime) });
  try {
    for (const projection of PROJECTIONS) {
      const { missing, surplus, different } = await auditOnce(pool, projection);
      expect([projection.name, missing, surplus, different]).toEqual([projection.name, 0, 0, 0]);
    }
  } finally {
    await pool.end();
  }
}, 60_000);

describe('the runtime role may not', () => {
  test.each([
    'DROP TABLE events',
    'DELETE FROM events',
    'TRUNCATE events',
    'UPDATE events SET position = 0',
    'DELETE FROM log_heads',
    'UPDATE log_rewrites SET reason = reason',
    'UPDATE administrative_acts SET act = act',
    "INSERT INTO schema_migrations VALUES ('x', 'y')",
    'ALTER TABLE events DISABLE TRIGGER ALL',
    'CREATE TABLE holdfast.mine (id int)',
    'CREATE SCHEMA mine',
    'CREATE TABLE holdfast_rebuild.orders (id int)',
  ])('%s', async (statement) => {
    const runtime = new Client({ connectionString: urlOf(roles.runtime) });
    await runtime.connect();
    await expect(runtime.query(statement)).rejects.toThrow(/permission denied|must be owner/);
    await runtime.end();
  });

  test('rebuild, and the message says what is missing', async () => {
    const { code, stderr } = await asRuntime(['projections', 'rebuild', 'orders']);
    expect(code).toBe(1);
    expect(stderr).toContain(`refused the role "${roles.runtime}" in the database`);
    expect(stderr).not.toMatch(/^\s+at /m);
  }, 30_000);
});

test('the migration role migrates and rebuilds, and the node reads the new tables', async () => {
  const env = envOf(roles.migration);
  await client.query(`
    DELETE FROM holdfast.schema_migrations WHERE name = 'add-order-rows.sql version 1'`);
  expect(await holdfast(['migrate'], env)).toMatchObject({ code: 0, stderr: '' });
  const commands = [
    'projections rebuild orders',
    'projections verify orders',
    'projections rollback orders',
    'log verify',
  ];
  for (const command of commands) {
    const { code, stderr } = await holdfast(command.split(' '), env);
    expect([command, code, stderr]).toEqual([command, 0, '']);
    const before = (await ask('/v2/orders')).data.length;
    await ask('/v2/orders', {
      ...anOrder({ currency: undefined }),
      lines: [{ sku: 'K', name: 'Kelp', quantity: 1, unit_price: { amount: 450, currency: 'EUR' } }],
    });
    await until(async () => (await ask('/v2/orders')).data.length === before + 1);
  }
}, 120_000);

test('the statements can be repeated and printed; names are checked', async () => {
  const env = { DATABASE_URL: database.url };
  const printed = await holdfast(words('--print'), env);
  expect(printed.code).toBe(0);
  expect(printed.stdout).not.toContain('CREATE ROLE');
  await client.query(printed.stdout);
  expect(await holdfast(words(), env)).toMatchObject({ code: 0, stderr: '' });
  const injected = await holdfast(['roles', '--runtime-role', 'x; DROP TABLE events'], env);
  expect([injected.code, injected.stderr]).toEqual([
    2,
    expect.stringContaining('--runtime-role must be a name'),
  ]);
  const refused = await asRuntime(words());
  expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('holdfast roles --print')]);
}, 60_000);
