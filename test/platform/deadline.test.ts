import { once } from 'node:events';
import { type AddressInfo, type Server, type Socket, connect, createServer } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { createAdminApp } from '../../api/admin.ts';
import { metricsOf } from '../../api/overview/samples.ts';
import { ProcessRegistry } from '../../platform/process-registry.ts';
import { createLimiter } from '../../api/limiter/limiter.ts';
import { DeadlineExceeded, endsWithin, withDeadline } from '../../platform/deadline.ts';
import { connectRedis } from '../../platform/redis.ts';
import { StoreUnavailable, answered, isOutage, reachable } from '../../store/unavailable.ts';
import { openWakeupQueue } from '../../workers/wakeups/wakeup-queue.ts';
import { until } from '../setup/shop.ts';

const never = new Promise<never>(() => {});
const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

/** A server that accepts connections and sends only the bytes of the test. */
async function silentServer(): Promise<{ port: number; sockets: Set<Socket> }> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).resume();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  ends.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, sockets };
}

/** A log whose lines the test can read. */
function readableLog() {
  const lines: { msg: string; err?: { type?: string; message?: string } }[] = [];
  const log = pino({ level: 'warn' }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  return { log, lines };
}

describe('a call with a deadline', () => {
  test('returns the answer, or throws the error of the call', async () => {
    expect(await withDeadline(Promise.resolve(7), 1_000)).toBe(7);
    await expect(withDeadline(Promise.reject(new RangeError('no')), 1_000)).rejects.toThrow(RangeError);
  });

  test('throws DeadlineExceeded when there is no answer in time', async () => {
    const late = withDeadline(never, 20);
    await expect(late).rejects.toThrow(DeadlineExceeded);
    await expect(late).rejects.toThrow('No answer within 20 ms');
  });

  test('may fail after its deadline without an unhandled rejection', async () => {
    const call = Promise.withResolvers<void>();
    await expect(withDeadline(call.promise, 1)).rejects.toThrow(DeadlineExceeded);
    call.reject(new Error('too late'));
    await new Promise((resolve) => setImmediate(resolve));
  });

  test('reads an answer that came while the event loop was busy', async () => {
    const { port, sockets } = await silentServer();
    const client = connect(port, '127.0.0.1');
    ends.push(() => client.destroy());
    await once(client, 'connect');
    await until(() => sockets.size === 1);
    const answer = withDeadline(once(client, 'data'), 20);
    for (const socket of sockets) socket.write('answer');
    const busyUntil = performance.now() + 60;
    while (performance.now() < busyUntil);
    expect(String((await answer)[0])).toBe('answer');
  });
});

test('a part that ends is distinguished from one that does not, and a wait can be cut', async () => {
  expect(await endsWithin(Promise.resolve(), 1_000)).toBe(true);
  expect(await endsWithin(never, 10)).toBe(false);
  const cut = new AbortController();
  const waiting = endsWithin(never, 60_000, cut.signal);
  cut.abort();
  expect(await waiting).toBe(false);
});

describe('the store', () => {
  test('maps a missed deadline of Postgres to StoreUnavailable, which is an outage', async () => {
    expect(isOutage(await answered(never, 20).catch((error: unknown) => error))).toBe(true);
    await expect(answered(never, 20)).rejects.toThrow(StoreUnavailable);
    await expect(reachable(Promise.reject(new DeadlineExceeded(20)))).rejects.toThrow(StoreUnavailable);
  });

  test('does not report a missed deadline of another part as an outage of Postgres', () => {
    expect(isOutage(new DeadlineExceeded(20))).toBe(false);
  });
});

describe('a Redis that does not answer', () => {
  test('is not reported as an unavailable store by the wake-up queue', async () => {
    const { port } = await silentServer();
    const { log, lines } = readableLog();
    const wakeups = openWakeupQueue({
      redisUrl: `redis://127.0.0.1:${port}`,
      instance: 'deadline',
      findDue: async () => [],
      tenantOf: async () => 'tenant',
      log,
    });
    ends.push(wakeups.close);
    await wakeups.wake(['a']);
    expect(lines).toMatchObject([
      { msg: 'wake-up failed', err: { type: 'DeadlineExceeded', message: 'No answer within 1000 ms' } },
    ]);
  });

  test('is not reported as an unavailable store by the limiter', async () => {
    const { port } = await silentServer();
    const { log, lines } = readableLog();
    const redis = connectRedis(`redis://127.0.0.1:${port}`, { name: 'deadline', log, patient: true });
    ends.push(() => redis.disconnect());
    const limiter = createLimiter({ redis, log, now: () => performance.now() });
    const rate = { count: 1, seconds: 60 };
    expect(await limiter.take('someone', { name: 'write', rate })).toMatchObject({ source: 'local' });
    expect(lines.map(({ err }) => err?.type)).toEqual(['DeadlineExceeded']);
  });

  test('is down in the readiness, and Postgres is not', async () => {
    const { app, stop } = createAdminApp({
      checks: { postgres: { run: async () => {} }, redis: { run: () => never, optional: true } },
      phase: () => 'serving',
      metrics: metricsOf(new ProcessRegistry()),
      contentType: 'text/plain; version=0.0.4; charset=utf-8',
      callers: () => ({}) as never,
      nameOf: async () => new Map(),
    });
    ends.push(stop);
    const server = app.listen(0, '127.0.0.1');
    ends.push(() => server.close());
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const answer = await fetch(`http://127.0.0.1:${port}/health/ready`);
    expect([answer.status, await answer.json()]).toEqual([
      200,
      { status: 'ready', parts: { postgres: 'ok', redis: 'down' } },
    ]);
  });
});
