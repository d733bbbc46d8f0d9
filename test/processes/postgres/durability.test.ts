/** Unsafe settings of Postgres: at start, at /health/ready, on /ops and in the log. */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { pino } from 'pino';
import { startPostgres } from '../../../ops/embedded/postgres/postgres.ts';
import { TEST_REDIS } from '../../setup/database.ts';
import { holdfast } from '../../setup/processes/command.ts';
import { type ServerProcess, ended, launch, startServer } from '../../setup/processes/server-process.ts';
import { newApiKey, send, until } from '../../setup/shop.ts';

const apiKey = newApiKey();
let dataDir: string;
let postgres: Awaited<ReturnType<typeof startPostgres>>;
let admin: Client;
const servers: ServerProcess[] = [];
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'holdfast-durability-'));
  await chmod(dataDir, 0o755);
  postgres = await startPostgres(dataDir, pino({ level: 'silent' }));
  admin = new Client({ connectionString: postgres.url });
  await admin.connect();
}, 60_000);
afterEach(async () => {
  for (const server of servers.splice(0)) await server.end('SIGKILL');
  await set('fsync', 'on');
});
afterAll(async () => {
  await admin.end();
  await postgres.stop();
  await rm(dataDir, { recursive: true });
});

async function set(name: string, value: string): Promise<void> {
  await admin.query(`ALTER SYSTEM SET ${name} = '${value}'`);
  await admin.query('SELECT pg_reload_conf()');
  await until(async () => (await admin.query(`SHOW ${name}`)).rows[0][name] === value);
}

const envWith = (env: Record<string, string>) => ({
  DATABASE_URL: postgres.url,
  REDIS_URL: TEST_REDIS,
  HOLDFAST_BOOTSTRAP_KEY: apiKey,
  ...env,
});
async function start(env: Record<string, string>): Promise<ServerProcess> {
  const server = await startServer({ env: envWith(env) });
  servers.push(server);
  return server;
}
// oxlint-disable-next-line typescript/no-explicit-any -- each test knows its answer
const read = async (url: string): Promise<any> => (await fetch(url)).json();
const durabilityOf = async ({ adminUrl }: ServerProcess) => {
  const { status, parts } = await read(`${adminUrl}/health/ready`);
  return [status, parts.durability];
};
/** The state whose metric is 1. */
const stateOf = async ({ adminUrl }: ServerProcess) => {
  const text = await (await fetch(`${adminUrl}/metrics`)).text();
  const states = [...text.matchAll(/^holdfast_durability_state\{state="(\w+)"\} 1$/gm)];
  return states.map(([, state]) => state).join();
};
const place = ({ url }: ServerProcess, key: string) =>
  send(`${url}/v2/orders`, {
    apiKey,
    key,
    body: {
      customer_id: 'cus_1',
      lines: [{ sku: 'K', name: 'Kelp', quantity: 1, unit_price: { amount: 450, currency: 'EUR' } }],
    },
  });
const partsTile = async ({ adminUrl }: ServerProcess) =>
  (await read(`${adminUrl}/ops/data`)).findings.find(({ name }: { name: string }) => name === 'Parts');

test('without a required level it starts, works, and warns at each place while fsync is off', async () => {
  await set('fsync', 'off');
  const server = await start({});
  const RISK = /^at risk: .*\(fsync is off\)$/;
  expect(await durabilityOf(server)).toEqual(['ready', expect.stringMatching(RISK)]);
  expect((await place(server, 'first')).status).toBe(201);
  await until(async () => (await partsTile(server))?.level === 'warn', 20_000);
  expect((await partsTile(server)).text).toContain('fsync is off');
  await until(() => /"level":50.*"msg":"durability in force"/.test(server.output()));
  expect(await stateOf(server)).toBe('at_risk');

  await set('fsync', 'on');
  await until(async () => (await durabilityOf(server))[1] === 'local');
  await until(
    async () => (await partsTile(server)).text.startsWith('All up, durability local, personal data '),
    20_000,
  );
  await until(() => /"level":30.*"durability":"local".*"msg":"durability in force"/.test(server.output()));
  expect(await stateOf(server)).toBe('as_required');
}, 120_000);

test.each([
  ['local', 'fsync', 'fsync is off'],
  ['remote_apply', undefined, 'synchronous_standby_names is empty'],
])('a start that requires %s is refused without it, and names the setting', async (level, off, words) => {
  if (off !== undefined) await set(off, 'off');
  const { code, output } = await ended(launch({ env: envWith({ HOLDFAST_DURABILITY: level }) }));
  expect(code).toBe(1);
  expect(output).toContain('HOLDFAST_DURABILITY is not in force');
  expect(output).toContain(words);
  expect(output).not.toMatch(/\n +at /);
});

test('a command is refused below the required level, and writes nothing', async () => {
  const create = (level: string) =>
    holdfast(['tenants', 'create', `shop-${level}`], {
      DATABASE_URL: postgres.url,
      HOLDFAST_DURABILITY: level,
    });
  await (await start({})).end('SIGTERM'); // migrates
  await set('fsync', 'off');
  const { code, stderr } = await create('local');
  expect([code, stderr]).toEqual([
    1,
    expect.stringMatching(/^HOLDFAST_DURABILITY is not in force: .*fsync is off/),
  ]);
  expect(await create('none')).toMatchObject({ code: 0, stderr: '' });
  await set('fsync', 'on');
  const { stdout } = await holdfast(['tenants', 'list', '--json'], { DATABASE_URL: postgres.url });
  expect(stdout).toContain('shop-none');
  expect(stdout).not.toContain('shop-local');
}, 60_000);

test('none is silent about it, and still shown', async () => {
  await set('fsync', 'off');
  const server = await start({ HOLDFAST_DURABILITY: 'none' });
  expect(await durabilityOf(server)).toEqual(['ready', 'none']);
  await until(() => server.output().includes('"durability":"none"'));
  expect(server.output()).not.toContain('"level":50');
});

test('a running node with two workers refuses writes while its level is gone, and says so', async () => {
  const server = await start({ HOLDFAST_DURABILITY: 'local', HOLDFAST_WORKERS: '2' });
  expect((await place(server, 'before')).status).toBe(201);
  await set('fsync', 'off');
  await until(async () => (await durabilityOf(server))[1].startsWith('refusing writes'));
  // Each worker looks by itself.
  let refusals = 0;
  await until(async () => {
    refusals = (await place(server, 'before')).status === 503 ? refusals + 1 : 0;
    return refusals === 20;
  });
  await until(async () => (await partsTile(server)).level === 'bad', 20_000);
  await until(async () => (await stateOf(server)) === 'refusing'); // the slower worker too
  await set('fsync', 'on');
  await until(async () => (await place(server, 'after')).status === 201);
}, 120_000);
