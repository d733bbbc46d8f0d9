/** A signal ends a node within its drain time in each state, and leaves no port open. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, openSync, readFileSync, writeSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { connect as connectSocket, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type ClientDuplexStream,
  type ClientReadableStream,
  credentials,
  makeGenericClientConstructor,
} from '@grpc/grpc-js';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { service as health } from 'grpc-health-check';
import { Client } from 'pg';
import { pino } from 'pino';
import { freePort } from '../../../ops/embedded/free-port.ts';
import { startPostgres } from '../../../ops/embedded/postgres.ts';
import { readPostmaster } from '../../../ops/embedded/postmaster.ts';
import { needRedisServer } from '../../../ops/embedded/redis-server.ts';
import { startRedis } from '../../../ops/embedded/redis.ts';
import { connect } from '../../grpc/client.ts';
import { TEST_REDIS, type TestDatabase, cloneDatabase, holdTheLog } from '../../setup/database.ts';
import {
  MAIN,
  type ServerProcess,
  ended,
  launch,
  startServer,
} from '../../setup/processes/server-process.ts';
import { anOrder, newApiKey, send, until } from '../../setup/shop.ts';
import { openReceiver } from '../../workers/receiver.ts';

const DRAIN_SECONDS = 4;
const DRAIN_MS = DRAIN_SECONDS * 1_000;
/** Time for an idle node to end, with a margin for a busy machine. */
const AT_ONCE_MS = 2_500;
/** Time to deliver the signal and to see the exit. */
const SLACK_MS = 1_000;

const log = pino({ level: 'silent' });
const apiKey = newApiKey();
const cleanups: (() => unknown)[] = [];
let database: TestDatabase;
beforeEach(async () => {
  database = await cloneDatabase();
  cleanups.push(database.drop);
});
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

const given = (env: Record<string, string> = {}) => ({
  DATABASE_URL: database.url,
  REDIS_URL: TEST_REDIS,
  HOLDFAST_BOOTSTRAP_KEY: apiKey,
  HOLDFAST_DRAIN_SECONDS: String(DRAIN_SECONDS),
  HOLDFAST_RATE_LIMIT_WRITE: '100000/60',
  HOLDFAST_WEBHOOK_LOOPBACK: 'on',
  HOLDFAST_CONTRACT_JUDGE: 'off',
  ...env,
});

async function start(env: Record<string, string> = {}): Promise<ServerProcess> {
  const server = await startServer({ env: given(env) });
  cleanups.push(() => server.end('SIGKILL'));
  return server;
}

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'holdfast-stop-'));
  await chmod(path, 0o755);
  cleanups.push(() => rm(path, { recursive: true, force: true }));
  return path;
}

/** A Postgres that a test may stop, and its process id. */
async function ownPostgres(): Promise<{ url: string; pid: number }> {
  const dataDir = await folder();
  const { url, stop } = await startPostgres(dataDir, log);
  cleanups.push(() => stop());
  const postmaster = await readPostmaster(join(dataDir, 'postgres'));
  return { url, pid: postmaster!.pid };
}

async function ownRedis(): Promise<{ url: string; pid: number }> {
  const dataDir = await folder();
  const { url, stop } = await startRedis(dataDir, await needRedisServer());
  cleanups.push(() => stop());
  return { url, pid: JSON.parse(readFileSync(join(dataDir, 'redis.json'), 'utf8')).pid };
}

async function takesMs(server: ServerProcess, signal: NodeJS.Signals = 'SIGTERM'): Promise<number> {
  const began = performance.now();
  expect(await server.end(signal)).toBe(0);
  await expect(fetch(server.url)).rejects.toThrow('fetch failed');
  return performance.now() - began;
}

const order = (n = 0) => ({
  customer_id: `cus_${n}`,
  lines: [{ sku: 'K', name: 'Kelp', quantity: 1, unit_price: { amount: 450, currency: 'EUR' } }],
});
const place = (server: ServerProcess, n = 0) => send(`${server.url}/v2/orders`, { apiKey, body: order(n) });

/** Sends an order that waits, because the log is locked. */
async function anOrderUnderWay(server: ServerProcess, url: string): Promise<void> {
  const held = await holdTheLog(url);
  cleanups.push(() => held.release().catch(() => {}));
  void place(server).catch(() => {});
  await until(held.isWaitedFor);
}

describe.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)('%s ends', (signal) => {
  test('an idle node', async () => {
    expect(await takesMs(await start(), signal)).toBeLessThan(AT_ONCE_MS);
  });

  test('several idle workers', async () => {
    expect(await takesMs(await start({ HOLDFAST_WORKERS: '2' }), signal)).toBeLessThan(AT_ONCE_MS);
  });

  test('a node whose Postgres has died', async () => {
    const postgres = await ownPostgres();
    const server = await start({ DATABASE_URL: postgres.url });
    process.kill(postgres.pid, 'SIGQUIT');
    await until(async () => (await fetch(`${server.adminUrl}/health/ready`)).status === 503);
    expect((await place(server)).status).toBe(503);
    expect(await takesMs(server, signal)).toBeLessThan(DRAIN_MS + SLACK_MS);
  });
});

describe('SIGTERM ends at once, despite', () => {
  test('health watches and reflection streams', async () => {
    const server = await start();
    const Health = makeGenericClientConstructor(health as never, 'Health');
    const client = new Health(server.grpc, credentials.createInsecure()) as unknown as {
      watch: (request: object) => ClientReadableStream<{ status: string }>;
      close: () => void;
    };
    cleanups.push(() => client.close());
    const received: string[] = [];
    for (const service of ['', 'holdfast.orders.v1.OrderService', 'nobody.knows']) {
      const watching = client.watch({ service });
      watching
        .on('data', ({ status }) => received.push(status))
        .on('error', ({ message }) => received.push(message));
    }
    const reflecting = reflect(server.grpc);
    reflecting.on('error', ({ message }) => received.push(message));
    reflecting.write({ listServices: '' });
    await once(reflecting, 'data');
    await until(() => received.length === 3);
    expect(await takesMs(server)).toBeLessThan(AT_ONCE_MS);
    await until(() => received.filter((text) => /UNAVAILABLE/.test(text)).length === 4);
    expect(received.filter((text) => text === 'NOT_SERVING')).toHaveLength(2);
  });

  test('streams of orders and events, and long polls', async () => {
    const server = await start();
    const client = connect(server.grpc, apiKey);
    cleanups.push(client.close);
    const orders = client.placeOrders();
    const events = client.watchEvents({});
    for (const stream of [orders, events]) stream.on('error', () => {});
    orders.write({ idempotency_key: 'a', order: anOrder() });
    await Promise.all([once(orders, 'data'), once(events, 'data')]);
    const poll = send(`${server.url}/v2/events?wait=30&after_position=1`, { apiKey }).catch(() => {});
    expect(await takesMs(server)).toBeLessThan(AT_ONCE_MS);
    await poll;
  });

  test('silent connections', async () => {
    const server = await start();
    const { port } = new URL(server.url);
    const sockets = Array.from({ length: 20 }, () => connectSocket(Number(port), '127.0.0.1'));
    for (const socket of sockets) {
      socket.on('error', () => {});
      await once(socket, 'connect');
      cleanups.push(() => socket.destroy());
    }
    expect(await takesMs(server)).toBeLessThan(AT_ONCE_MS);
  });
});

describe('SIGTERM ends within the drain time', () => {
  test('a node whose Postgres hangs, with an order in flight', async () => {
    const postgres = await ownPostgres();
    const server = await start({ DATABASE_URL: postgres.url });
    await anOrderUnderWay(server, postgres.url);
    process.kill(postgres.pid, 'SIGSTOP');
    const backends = pidsOf(postgres.pid);
    for (const pid of backends) process.kill(pid, 'SIGSTOP');
    cleanups.push(() => backends.forEach((pid) => process.kill(pid, 'SIGCONT')));
    expect(await takesMs(server)).toBeLessThan(DRAIN_MS + SLACK_MS);
  });

  test.each(['SIGKILL', 'SIGSTOP'] as const)('a node whose Redis got a %s', async (signal) => {
    const redis = await ownRedis();
    const server = await start({ REDIS_URL: redis.url });
    expect((await place(server)).status).toBe(201);
    process.kill(redis.pid, signal);
    expect((await place(server)).status).toBe(201);
    expect(await takesMs(server)).toBeLessThan(DRAIN_MS + SLACK_MS);
  });

  test.each<[string, Record<string, string>]>([
    ['', {}],
    ['without a Redis, ', { REDIS_URL: '', PATH: '/nowhere' }],
  ])(
    'a node %swith many silent webhook receivers, and the next start repeats the attempts',
    async (_what, env) => {
      const server = await start(env);
      // Connections to one receiver are limited, so there are several receivers.
      const receivers = await Promise.all(Array.from({ length: 15 }, () => openReceiver(() => {})));
      for (const receiver of receivers) {
        cleanups.push(receiver.close);
        for (let n = 0; n < 8; n += 1) {
          const body = { url: `${receiver.url}&n=${n}` };
          expect((await send(`${server.url}/v2/webhook-endpoints`, { apiKey, body })).status).toBe(201);
        }
      }
      await Promise.all(Array.from({ length: 30 }, (_, n) => place(server, n)));
      const waiting = () => receivers.reduce((sum, { messages }) => sum + messages.length, 0);
      await until(() => waiting() >= 100, 30_000);
      expect(await takesMs(server)).toBeLessThan(DRAIN_MS + SLACK_MS);
      const client = new Client({ connectionString: database.url });
      await client.connect();
      const { rows } = await client.query(
        'SELECT count(*)::int AS failed FROM webhook_attempts WHERE duration_ms < 14000',
      );
      await client.end();
      expect(rows).toEqual([{ failed: 0 }]);
    },
    90_000,
  );

  test('a node with a waiting order, half a request, and an unread answer', async () => {
    const server = await start();
    await anOrderUnderWay(server, database.url);
    const socket = connectSocket(Number(new URL(server.url).port), '127.0.0.1');
    socket.on('error', () => {});
    cleanups.push(() => socket.destroy());
    socket.write('POST /v2/orders HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{');
    await once(socket, 'connect');
    expect(await takesMs(server)).toBeLessThan(DRAIN_MS + SLACK_MS);
  });

  test('several workers, one of which is stopped', async () => {
    const server = await start({ HOLDFAST_WORKERS: '2' });
    const [worker = 0] = pidsOf(server.child.pid!);
    process.kill(worker, 'SIGSTOP');
    expect(await takesMs(server)).toBeLessThan(DRAIN_MS + SLACK_MS);
    expect(() => process.kill(worker, 0)).toThrow('ESRCH');
  });

  test('a node whose standard output is not read', async () => {
    const fifo = join(await folder(), 'output');
    spawnSync('mkfifo', [fifo]);
    const reader = openSync(fifo, constants.O_RDWR | constants.O_NONBLOCK);
    const writer = openSync(fifo, 'w');
    cleanups.push(() => [reader, writer].forEach((fd) => closeSync(fd)));
    expect(() => {
      for (;;) writeSync(reader, Buffer.alloc(1_024));
    }).toThrow('EAGAIN');
    const port = await freePort();
    const child = spawn(process.execPath, [MAIN], {
      env: { PATH: process.env['PATH'], PORT: String(port), ADMIN_PORT: '0', GRPC_PORT: '0', ...given() },
      stdio: ['ignore', writer, 'ignore'],
    });
    cleanups.push(() => child.kill('SIGKILL'));
    const ready = () =>
      fetch(`http://127.0.0.1:${port}/docs`).then(
        ({ ok }) => ok,
        () => false,
      );
    await until(ready, 30_000);
    const began = performance.now();
    const exit = once(child, 'exit');
    child.kill('SIGTERM');
    await exit;
    expect(performance.now() - began).toBeLessThan(DRAIN_MS + SLACK_MS);
  });
});

test('a second signal ends the node at once', async () => {
  const server = await start({ HOLDFAST_DRAIN_SECONDS: '60' });
  await anOrderUnderWay(server, database.url);
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
    const other = new Client({ connectionString: database.url });
    await other.connect();
    cleanups.push(() => other.end());
    await other.query('SELECT pg_advisory_lock($1)', [0x68_6f_6c_64]);
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

function reflect(address: string): ClientDuplexStream<object, object> {
  const method = {
    path: '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo',
    requestStream: true,
    responseStream: true,
    // ServerReflectionRequest { string list_services = 7; }, empty.
    requestSerialize: () => Buffer.from([0x3a, 0]),
    requestDeserialize: (bytes: Buffer) => bytes,
    responseSerialize: (bytes: Buffer) => bytes,
    responseDeserialize: (bytes: Buffer) => bytes,
  };
  const Reflection = makeGenericClientConstructor({ ask: method as never }, 'Reflection');
  const client = new Reflection(address, credentials.createInsecure()) as unknown as {
    ask: () => ClientDuplexStream<object, object>;
    close: () => void;
  };
  cleanups.push(() => client.close());
  return client.ask();
}

/** The children of a process. */
const pidsOf = (parent: number): number[] =>
  readFileSync(`/proc/${parent}/task/${parent}/children`, 'utf8').trim().split(' ').map(Number);
