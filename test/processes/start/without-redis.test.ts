/** A machine without a Redis: no REDIS_URL, and no redis-server or valkey-server on the PATH. */
import { mkdtemp, readdir, rm, chmod } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { type TestDatabase, cloneDatabase } from '../../setup/database.ts';
import { type ServerProcess, startServer } from '../../setup/processes/server-process.ts';
import { anOrder, newApiKey, send, until } from '../../setup/shop.ts';
import { type Behaviour, type Receiver, openReceiver } from '../../workers/receiver.ts';

const SAID = 'each process keeps its own quotas and polls Postgres for due webhooks';
const apiKey = newApiKey();
let folder: string;
let database: TestDatabase;
const running: ServerProcess[] = [];
const receivers: Receiver[] = [];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-alone-'));
  await chmod(folder, 0o755);
  database = await cloneDatabase();
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.end('SIGTERM')));
  await Promise.all(receivers.splice(0).map((receiver) => receiver.close()));
});
afterAll(async () => {
  await database.drop();
  await rm(folder, { recursive: true, force: true });
});

async function start(env: Record<string, string> = {}): Promise<ServerProcess> {
  const server = await startServer({
    env: {
      PATH: join(folder, 'empty'),
      HOLDFAST_DATA_DIR: join(folder, 'data'),
      HOLDFAST_BOOTSTRAP_KEY: apiKey,
      HOLDFAST_WEBHOOK_LOOPBACK: 'on',
      HOLDFAST_LOG_LEVEL: 'warn',
      ...env,
    },
  });
  running.push(server);
  return server;
}
const ownPostgres = () => ({ DATABASE_URL: database.url });

async function connect({ url }: ServerProcess, behaviour: Behaviour = 204): Promise<Receiver> {
  const receiver = await openReceiver(behaviour);
  receivers.push(receiver);
  const made = await send(`${url}/v1/webhook-endpoints`, { body: { url: receiver.url }, apiKey });
  expect(made.status).toBe(201);
  return receiver;
}
const place = async ({ url }: ServerProcess) =>
  (await send(`${url}/v1/orders`, { body: anOrder(), apiKey })).json.id as string;
const received = ({ messages }: Receiver) => messages.map(({ json }) => json.data.order_id as string);

describe('npm start', () => {
  test('starts, reports the absence in one line, at /health/ready and on /ops, and places orders', async () => {
    const server = await start();
    const lines = server.output().split('\n');
    expect(lines.filter((line) => /redis/i.test(line))).toEqual([
      expect.stringMatching(
        new RegExp(`^  Redis   none: ${SAID}\\. To share quotas and schedule, set REDIS_URL, or install`),
      ),
    ]);
    const ready = await fetch(`${server.adminUrl}/health/ready`);
    expect([ready.status, await ready.json()]).toEqual([
      200,
      {
        status: 'ready',
        parts: {
          postgres: 'ok',
          durability: 'local',
          personal_data: 'in the clear',
          log: 'ok',
          redis: expect.stringContaining(`none: ${SAID}`),
          projections: 'ok',
        },
      },
    ]);
    expect(await place(server)).toMatch(/^ord_/);
    const limiter = async () => {
      const { findings } = (await (await fetch(`${server.adminUrl}/ops/data`)).json()) as any; // oxlint-disable-line typescript/no-explicit-any
      return findings.find(({ name }: { name: string }) => name === 'Limiter');
    };
    await until(async () => (await limiter()) !== undefined);
    expect(await limiter()).toEqual({
      name: 'Limiter',
      level: 'ok',
      text: 'No Redis: each process keeps its own quotas',
      since: null,
    });
    // This is no fault, so no alert fires.
    expect(await (await fetch(`${server.adminUrl}/metrics`)).text()).not.toMatch(
      /^holdfast_limiter_fallbacks_total\{.*\} [1-9]/m,
    );
    expect(await server.end('SIGTERM')).toBe(0);
  }, 60_000);

  test('with an external Postgres creates no directory, so many may start in one folder', async () => {
    const data = join(folder, 'untouched');
    await Promise.all([1, 2].map(() => start({ ...ownPostgres(), HOLDFAST_DATA_DIR: data })));
    await expect(readdir(data)).rejects.toThrow('ENOENT');
  }, 60_000);
});

describe('quotas', () => {
  test('are exact, with their header fields', async () => {
    const server = await start({ ...ownPostgres(), HOLDFAST_RATE_LIMIT_WRITE: '5/60' });
    const answers = [];
    for (let n = 0; n < 7; n += 1)
      answers.push(await send(`${server.url}/v1/orders`, { body: anOrder(), apiKey }));
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 201, 201, 429, 429]);
    expect(answers.map(({ headers }) => /r=(\d+)/.exec(headers.get('ratelimit') ?? '')?.[1])).toEqual([
      '4',
      '3',
      '2',
      '1',
      '0',
      '0',
      '0',
    ]);
    const wait = Number(answers.at(-1)?.headers.get('retry-after'));
    expect(wait).toBeGreaterThan(30);
    expect(wait).toBeLessThanOrEqual(60);
    const reads = await send(`${server.url}/v1/orders`, { apiKey });
    expect(reads.status).toBe(200);
  }, 60_000);
});

describe('an event', () => {
  test('reaches its endpoint, with a retry after a failure', async () => {
    const server = await start(ownPostgres());
    const good = await connect(server);
    let failures = 0;
    const bad = await connect(server, (response) => {
      failures += 1;
      response.writeHead(failures === 1 ? 500 : 204).end();
    });
    const order = await place(server);
    await until(() => received(good).includes(order));
    // The schedule retries after about five seconds: the sweep finds the delivery.
    await until(() => received(bad).filter((id) => id === order).length === 2, 30_000);
    expect(received(good)).toEqual([order]);
  }, 60_000);

  test('is found by a process that only sends, while other processes serve requests', async () => {
    const api = await start({ ...ownPostgres(), HOLDFAST_ROLES: 'api,projector' });
    const receiver = await connect(api);
    await Promise.all([
      start({ ...ownPostgres(), HOLDFAST_ROLES: 'relay' }),
      // Two senders: claims prevent duplicates.
      start({ ...ownPostgres(), HOLDFAST_ROLES: 'webhooks' }),
      start({ ...ownPostgres(), HOLDFAST_ROLES: 'webhooks' }),
    ]);
    const orders = [];
    for (let n = 0; n < 20; n += 1) orders.push(await place(api));
    await until(() => new Set(received(receiver)).size === 20, 30_000);
    expect(received(receiver).toSorted()).toEqual(orders.toSorted());
  }, 60_000);

  test('reaches its endpoint with several workers on one port', async () => {
    const server = await start({ ...ownPostgres(), HOLDFAST_WORKERS: '2' });
    const receiver = await connect(server);
    const orders = [];
    for (let n = 0; n < 10; n += 1) orders.push(await place(server));
    await until(() => new Set(received(receiver)).size === 10, 30_000);
    expect((await fetch(`${server.adminUrl}/health/ready`)).status).toBe(200);
  }, 60_000);
});
