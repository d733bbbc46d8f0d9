/** Runs the commands of docs/backup.md, and checks that a restore keeps the promised data. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { appendFile, chmod, chown, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { freePort } from '../../../ops/embedded/free-port.ts';
import { serviceUser } from '../../../ops/embedded/postgres/unprivileged.ts';
import { TEST_REDIS } from '../../setup/database.ts';
import { until } from '../../setup/shop.ts';
import { blocksOf as commandsOf, checkOut, readPage, toolsFolder } from './backup-page.ts';

const run = promisify(execFile);

const tools = toolsFolder();

let page: string;
let folder: string;
beforeAll(async () => {
  page = await readPage();
  folder = await mkdtemp(join(tmpdir(), 'holdfast-backup-'));
  await chmod(folder, 0o755);
  await checkOut(folder);
});
afterAll(async () => {
  for (const server of running) await server.stop();
  await rm(folder, { recursive: true, force: true });
});

const blocksOf = (heading: string) => commandsOf(page, heading);

interface Server {
  url: string;
  stop: () => Promise<void>;
}
const running = new Set<Server>();
/** The API key of the tenant. */
let apiKey = '';
const settings = () => ({
  PATH: `${tools ?? ''}:${process.env['PATH']}`,
  HOME: folder,
  REDIS_URL: TEST_REDIS,
  PORT: '0',
  ADMIN_PORT: '0',
  GRPC_PORT: '0',
  HOLDFAST_LOG_LEVEL: 'error',
});

/** `npx holdfast` and `npm start` of the page run from this checkout, without npm. */
const PRELUDE = `set -e
npx() { shift; "${process.execPath}" holdfast.js "$@"; }
`;

/** Runs a block. Its last line may be `npm start`, which runs until the test stops it. */
async function follow(
  block: string,
  env: Record<string, string> = {},
  { uid }: { uid?: number | undefined } = {},
): Promise<{ stdout: string; server: Server | undefined }> {
  const starts = /^(?:\w+=\S+ )*npm start\s*$/m.exec(block)?.[0];
  const commands = starts === undefined ? block : block.slice(0, block.indexOf(starts));
  const options = {
    cwd: folder,
    env: { ...settings(), ...env },
    ...(uid !== undefined && { uid, gid: uid }),
  };
  const { stdout } = await run('bash', ['-c', PRELUDE + commands], options);
  if (starts === undefined) return { stdout, server: undefined };
  const command = `exec env ${starts.replace('npm start', `"${process.execPath}" main.ts`)}`;
  return { stdout, server: await serve(command, env) };
}

async function serve(
  command = `exec "${process.execPath}" main.ts`,
  env: Record<string, string> = {},
): Promise<Server> {
  const child: ChildProcess = spawn('bash', ['-c', command], {
    cwd: folder,
    env: { ...settings(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream!.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
  }
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const server = {
    url: '',
    async stop() {
      running.delete(server);
      if (child.exitCode === null) child.kill('SIGTERM');
      await ended;
    },
  };
  running.add(server);
  await until(() => {
    if (child.exitCode !== null) throw new Error(text);
    return /Admin .*\n/.test(text);
  }, 60_000);
  server.url = `http://127.0.0.1:${/API +http:\/\/localhost:(\d+)/.exec(text)![1]}`;
  return server;
}

const holdfast = (words: string[], env: Record<string, string>) =>
  run(process.execPath, ['holdfast.js', ...words], { cwd: folder, env: { ...settings(), ...env } });

async function ask(server: Server, path: string, init: { body?: object; key?: string } = {}) {
  const response = await fetch(`${server.url}/v2${path}`, {
    method: init.body ? 'POST' : 'GET',
    headers: {
      authorization: `Bearer ${apiKey}`,
      ...(init.key !== undefined && { 'idempotency-key': init.key }),
      ...(init.body && { 'content-type': 'application/json' }),
    },
    ...(init.body && { body: JSON.stringify(init.body) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, json: JSON.parse(text) };
}

const order = {
  customer_id: 'ada',
  lines: [{ sku: 'A', name: 'B', quantity: 1, unit_price: { amount: 450, currency: 'EUR' } }],
};
const place = (server: Server, key: string) => ask(server, '/orders', { body: order, key });
const cursorOf = async (server: Server) => (await ask(server, '/events')).json.next_cursor as string;

/** A shop at the time of its backup, and its later writes. */
async function before(server: Server, tenant: string, env: Record<string, string> = {}) {
  await holdfast(['tenants', 'create', tenant], env);
  const { stdout } = await holdfast(['keys', 'create', '--tenant', tenant, '--json'], env);
  apiKey = JSON.parse(stdout).key;
  const kept = await place(server, 'kept');
  expect(kept.status).toBe(201);
  return { kept, cursor: await cursorOf(server) };
}
async function after(server: Server) {
  const lost = await place(server, 'lost');
  expect(lost.status).toBe(201);
  return { lost, cursor: await cursorOf(server) };
}

/** Checks the effects for clients that the page promises. */
async function expectRestored(
  server: Server,
  { kept, cursor }: Awaited<ReturnType<typeof before>>,
  gone: Awaited<ReturnType<typeof after>>,
): Promise<void> {
  const replay = await place(server, 'kept');
  expect([replay.status, replay.text, replay.headers.get('idempotent-replayed')]).toEqual([
    201,
    kept.text,
    'true',
  ]);
  expect(await ask(server, `/orders/${gone.lost.json.id}`)).toMatchObject({
    status: 404,
    json: { code: 'order_not_found' },
  });
  expect(await ask(server, '/idempotency-keys/lost')).toMatchObject({
    status: 404,
    json: { code: 'idempotency_key_not_found' },
  });
  expect(await ask(server, `/events?cursor=${cursor}`)).toMatchObject({ status: 200, json: { data: [] } });
  const refused = { status: 400, json: { code: 'invalid_cursor' } };
  expect(await ask(server, `/events?cursor=${gone.cursor}`)).toMatchObject(refused);
  const position = gone.lost.headers.get('holdfast-position');
  expect(await ask(server, `/events?after_position=${position}`)).toMatchObject({
    status: 400,
    json: { code: 'invalid_parameter' },
  });

  const again = await place(server, 'lost');
  expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([201, null]);
  expect(again.json.id).not.toBe(gone.lost.json.id);
  // The log has grown to its former length; the old cursor is still refused.
  expect(await ask(server, `/events?cursor=${gone.cursor}`)).toMatchObject(refused);
}

test('a copy of the data directory, and an export of the log, can be restored', async () => {
  let server = await serve();
  const shop = await before(server, 'acme');
  const [tar, restore] = blocksOf('Embedded Postgres');
  const [exportIt, importIt, keys] = blocksOf('The log alone');
  await follow(exportIt!);
  await server.stop();

  await follow(tar!);
  server = await serve();
  const gone = await after(server);
  await server.stop();
  server = (await follow(restore!)).server!;
  await expectRestored(server, shop, gone);
  await server.stop();

  const restored = await follow(importIt!);
  expect(restored.stdout).toContain('Imported 1 events of 1 tenants.');
  server = restored.server!;
  const { stdout } = await follow(keys!);
  expect(stdout).toMatch(/^ten_\w+ +acme/m);
  apiKey = /Key +(hf_live_\w+)/.exec(stdout)![1]!;
  const read = await ask(server, `/orders/${shop.kept.json.id}`);
  expect([read.status, read.json]).toEqual([200, shop.kept.json]);
  await until(async () => (await ask(server, '/orders')).json.data.length === 1);
  await server.stop();
}, 240_000);

(tools === undefined ? describe.skip : describe)('a Postgres of our own', () => {
  const uid = serviceUser();
  let home: string;
  let env: Record<string, string>;
  const asPostgres = (block: string) => follow(block, env, { uid });
  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'holdfast-postgres-'));
    await mkdir(join(home, 'backups'));
    const port = await freePort();
    const url = (name: string) => `postgres://holdfast:hush@127.0.0.1:${port}/${name}`;
    env = {
      PGDATA: join(home, 'data'),
      BACKUPS: join(home, 'backups'),
      DATABASE_URL: url('postgres'),
      RESTORED_URL: url('holdfast_restored'),
    };
    await writeFile(join(home, 'password'), 'hush\n');
    if (uid !== undefined)
      await Promise.all(['', 'backups', 'password'].map((name) => chown(join(home, name), uid, uid)));
    await asPostgres(
      `initdb --username=holdfast --pwfile="${home}/password" --auth=scram-sha-256 --encoding=UTF8 > "${home}/initdb.log"`,
    );
    await appendFile(
      join(home, 'data/postgresql.conf'),
      `port = ${port}\nlisten_addresses = '127.0.0.1'\nunix_socket_directories = '${home}'\n`,
    );
    await asPostgres('pg_ctl start --log="$PGDATA.log"');
  }, 60_000);
  afterAll(async () => {
    await asPostgres('pg_ctl stop --mode=immediate').catch(() => {});
    await rm(home, { recursive: true, force: true });
  });

  test('a dump can be restored', async () => {
    const [dump, restore] = blocksOf('Your own Postgres');
    let server = await serve(undefined, env);
    const shop = await before(server, 'acme', env);
    await follow(dump!, env);
    const gone = await after(server);
    await server.stop();
    server = (await follow(restore!, env)).server!;
    await expectRestored(server, shop, gone);
    await server.stop();
  }, 240_000);

  test('a base backup and the write-ahead log can be restored to a point in time', async () => {
    const [archive, base, restore] = blocksOf('To any moment');
    await asPostgres(archive!);
    await asPostgres(base!);
    let server = await serve(undefined, env);
    // After the base backup, and before the restored point in time.
    const { kept } = await before(server, 'tide', env);
    const client = new Client({ connectionString: env['DATABASE_URL'] });
    await client.connect();
    const { rows } = await client.query('SELECT clock_timestamp()::text AS moment');
    await client.end();
    const { lost } = await after(server);
    await server.stop();
    await follow(restore!, { ...env, MOMENT: rows[0].moment }, { uid });
    server = await serve(undefined, env);
    const replay = await place(server, 'kept');
    expect([replay.text, replay.headers.get('idempotent-replayed')]).toEqual([kept.text, 'true']);
    expect(await ask(server, `/orders/${lost.json.id}`)).toMatchObject({ status: 404 });
    await server.stop();
  }, 240_000);
});
