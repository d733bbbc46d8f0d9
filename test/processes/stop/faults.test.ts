import { mkdtemp, chmod, readFile, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { startPostgres } from '../../../ops/embedded/postgres/postgres.ts';
import { TEST_REDIS, type TestDatabase, cloneDatabase, holdTheLog } from '../../setup/database.ts';
import { type ServerProcess, startServer } from '../../setup/processes/server-process.ts';
import { anOrder, newApiKey, openShop, send, until } from '../../setup/shop.ts';

const apiKey = newApiKey();
let database: TestDatabase;
beforeAll(async () => {
  database = await cloneDatabase();
});
afterAll(() => database.drop());

const env = (more: Record<string, string> = {}) => ({
  DATABASE_URL: database.url,
  REDIS_URL: TEST_REDIS,
  HOLDFAST_BOOTSTRAP_KEY: apiKey,
  HOLDFAST_RATE_LIMIT_WRITE: '100000/60',
  HOLDFAST_RATE_LIMIT_READ: '100000/60',
  HOLDFAST_LOG_LEVEL: 'error',
  ...more,
});
const place = (server: ServerProcess, key?: string) =>
  send(`${server.url}/v1/orders`, { body: anOrder(), apiKey, ...(key !== undefined && { key }) });

describe('a process that gets SIGTERM', () => {
  test('becomes unready, finishes requests in flight, and loses no acknowledged order', async () => {
    const server = await startServer({ env: env() });
    const held = await holdTheLog(database.url);
    const answers = Array.from({ length: 20 }, (_, n) => place(server, `in-flight-${n}`));
    // All requests have been read when the signal arrives.
    await until(async () =>
      /^holdfast_append_queue_length 20$/m.test(await (await fetch(`${server.adminUrl}/metrics`)).text()),
    );

    const end = server.end('SIGTERM');
    await until(async () => (await fetch(`${server.adminUrl}/health/ready`)).status === 503);
    expect(await (await fetch(`${server.adminUrl}/health/ready`)).json()).toMatchObject({
      status: 'draining',
    });
    await expect(fetch(`${server.url}/v1/orders`)).rejects.toThrow(); // no new connections
    await held.release();
    for (const { status, headers } of await Promise.all(answers)) {
      expect(status).toBe(201);
      expect(headers.get('connection')).toBe('close');
    }
    expect(await end).toBe(0);

    const next = await startServer({ env: env() });
    for (let n = 0; n < 20; n += 1)
      expect((await place(next, `in-flight-${n}`)).headers.get('idempotent-replayed')).toBe('true');
    await next.end('SIGTERM');
  }, 60_000);

  test('or SIGKILL loses no acknowledged order', async () => {
    let server = await startServer({ env: env() });
    const acknowledged = new Map<string, string>();
    const storm = Array.from({ length: 8 }, async (_, writer) => {
      for (let n = 0; ; n += 1) {
        const key = `killed-${writer}-${n}`;
        const answer = await place(server, key).catch(() => undefined);
        if (answer === undefined) return;
        if (answer.status === 201) acknowledged.set(key, answer.text);
      }
    });
    await until(() => acknowledged.size > 100);
    await server.end('SIGKILL');
    await Promise.all(storm);
    server = await startServer({ env: env() });
    for (const [key, text] of acknowledged) {
      const again = await place(server, key);
      expect([again.text, again.headers.get('idempotent-replayed')]).toEqual([text, 'true']);
    }
    await server.end('SIGTERM');
  }, 60_000);
});

describe('load beyond the write capacity', () => {
  test('is shed at once with 503 and Retry-After, and passes later under the same key', async () => {
    const server = await startServer({ env: env({ HOLDFAST_APPEND_QUEUE: '5' }) });
    expect((await place(server)).status).toBe(201);
    const held = await holdTheLog(database.url);
    const waiting: ReturnType<typeof place>[] = [];
    const shed: string[] = [];
    // One batch in flight, five writes wait, and the rest is refused meanwhile.
    for (let n = 0; n < 40; n += 1) waiting.push(place(server, `load-${n}`));
    await Promise.race([Promise.all(waiting), until(() => false, 1_000).catch(() => {})]);
    await held.release();
    for (const [n, { status, headers, json }] of (await Promise.all(waiting)).entries()) {
      if (status === 201) continue;
      expect([status, json.code, json.retry, headers.get('retry-after')]).toEqual([
        503,
        'overloaded',
        'same_key_after',
        '1',
      ]);
      shed.push(`load-${n}`);
    }
    expect(shed.length).toBeGreaterThan(0);
    for (const key of shed) {
      const { status, headers } = await place(server, key);
      expect([status, headers.get('idempotent-replayed')]).toEqual([201, null]);
    }
    await server.end('SIGTERM');
  }, 60_000);
});

describe('an outage of Postgres', () => {
  test('gives 503 to writes and reads in time, and both work again after it', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'holdfast-outage-'));
    await chmod(dataDir, 0o755);
    const log = pino({ level: 'silent' });
    const postgres = await startPostgres(dataDir, log);
    const port = new URL(postgres.url).port;
    const server = await startServer({ env: env({ DATABASE_URL: postgres.url }) });
    const before = await place(server, 'before');
    expect(before.status).toBe(201);

    const pid = Number(
      (await readFile(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8')).split('\n', 1)[0],
    );
    process.kill(pid, 'SIGQUIT'); // at once, without a checkpoint
    await until(() => {
      try {
        process.kill(pid, 0);
        return false;
      } catch {
        return true;
      }
    });
    for (const answer of await Promise.all([
      place(server, 'during'),
      send(`${server.url}/v1/orders`, { apiKey }),
    ])) {
      expect(answer.status).toBe(503);
      expect(answer.json).toMatchObject({ code: 'unavailable', retry: 'same_key_after' });
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    }
    expect((await fetch(`${server.adminUrl}/health/ready`)).status).toBe(503);
    expect((await fetch(`${server.adminUrl}/health/live`)).status).toBe(200);

    const again = await startPostgres(dataDir, log, Number(port));
    await until(async () => (await fetch(`${server.adminUrl}/health/ready`)).status === 200);
    await until(async () => (await place(server, 'during')).status === 201);
    expect((await place(server, 'before')).text).toBe(before.text);
    await until(async () => (await send(`${server.url}/v1/orders`, { apiKey })).json?.data?.length === 2);
    await server.end('SIGTERM');
    await again.stop();
    await rm(dataDir, { recursive: true, force: true });
  }, 90_000);
});

describe('several processes on one port', () => {
  test('share the port and the metrics, and are replaced when they die', async () => {
    const server = await startServer({ env: env({ HOLDFAST_WORKERS: '2', HOLDFAST_LOG_LEVEL: 'info' }) });
    await Promise.all(Array.from({ length: 20 }, () => place(server)));
    const pids = () =>
      new Set(
        [...server.output().matchAll(/"pid":(\d+)[^\n]+"route":"\/v1\/orders"/g)].map(([, pid]) =>
          Number(pid),
        ),
      );
    await until(() => pids().size === 2, 10_000);
    expect(await (await fetch(`${server.adminUrl}/metrics`)).text()).toMatch(
      /holdfast_append_outcomes_total\{outcome="appended"\} 20/,
    );
    const [victim = 0] = pids();
    process.kill(victim, 'SIGKILL');
    await until(() => server.output().includes('worker exited, replacing it'));
    await until(async () => (await fetch(`${server.adminUrl}/health/ready`)).status === 200, 30_000);
    expect((await place(server)).status).toBe(201);
    expect(await server.end('SIGTERM')).toBe(0);
  }, 60_000);
});

describe('a slow client', () => {
  test('is disconnected when its headers do not arrive in time', async () => {
    const shop = await openShop();
    const { port } = new URL(shop.url);
    const socket = connect(Number(port), '127.0.0.1');
    socket.write('POST /v1/orders HTTP/1.1\r\nHost: x\r\n');
    const answer = await new Promise<string>((resolve) => {
      let text = '';
      socket.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      socket.on('close', () => resolve(text));
    });
    expect(answer).toMatch(/^HTTP\/1.1 408 /);
    expect(answer).toContain('"code":"request_timeout"');
    await shop.close();
  }, 20_000);
});
