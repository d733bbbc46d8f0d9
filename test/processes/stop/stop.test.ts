/** A signal ends a node within its drain time in each state, and leaves no port open. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, openSync, writeSync } from 'node:fs';
import { connect as connectSocket } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { freePort } from '../../../ops/embedded/free-port.ts';
import { isRunning } from '../../setup/processes/process-tree.ts';
import { MAIN } from '../../setup/processes/server-process.ts';
import { send, until } from '../../setup/shop.ts';
import { openReceiver } from '../../workers/receiver.ts';
import { AT_ONCE_MS, DRAIN_MS, SLACK_MS, apiKey, openStops, pidsOf, place, takesMs } from './stop-scene.ts';

const { cleanups, given, start, folder, ownPostgres, ownRedis, anOrderUnderWay, databaseUrl } = openStops();

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

test('a node that takes long to exit is not killed', async () => {
  const slowly =
    'const exit=process.reallyExit;process.reallyExit=(code)=>{const end=Date.now()+3000;while(Date.now()<end);exit.call(process,code)}';
  const server = await start({ NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(slowly)}` });
  expect(await server.end('SIGTERM')).toBe(0);
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
      const client = new Client({ connectionString: databaseUrl() });
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
    await anOrderUnderWay(server, databaseUrl());
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
    // On a busy machine the primary ends before the kernel has removed the killed worker.
    await until(() => !isRunning(worker));
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
      env: {
        PATH: process.env['PATH'],
        NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'],
        PORT: String(port),
        ADMIN_PORT: '0',
        GRPC_PORT: '0',
        ...given(),
      },
      stdio: ['ignore', writer, 'ignore'],
    });
    cleanups.push(() => child.kill('SIGKILL'));
    const ready = () =>
      fetch(`http://127.0.0.1:${port}/docs`).then(
        ({ ok }) => ok,
        () => false,
      );
    await until(ready, 60_000);
    const began = performance.now();
    const exit = once(child, 'exit');
    child.kill('SIGTERM');
    await exit;
    expect(performance.now() - began).toBeLessThan(DRAIN_MS + SLACK_MS);
  });
});
