/** Load shedding, with a simulated clock where possible. */
import { execFile } from 'node:child_process';
import { connect } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import Koa from 'koa';
import { pino } from 'pino';
import { createAdmission, createLimit, createTurnstile } from '../../api/admission.ts';
import { type RunningServer, serve } from '../../api/http/server.ts';

const log = pino({ level: 'silent' });

describe('the limit on requests in flight', () => {
  const clocked = () => {
    let at = 0;
    const limit = createLimit(() => at);
    return { ...limit, pass: (ms: number) => (at += ms) };
  };
  const fill = (limit: ReturnType<typeof clocked>) => {
    let entered = 0;
    while (limit.enter()) entered += 1;
    return entered;
  };

  test('admits requests up to the limit, and one more for each that finishes', () => {
    const limit = clocked();
    expect(fill(limit)).toBe(limit.limit());
    limit.leave();
    expect([limit.enter(), limit.enter()]).toEqual([true, false]);
  });

  test('sinks by a tenth while responses are late, once for each group of concurrent requests, down to a minimum', () => {
    const limit = clocked();
    const before = limit.limit();
    fill(limit);
    for (let n = 0; n < 50; n += 1) limit.note(1_000);
    expect(limit.limit()).toBe(Math.floor(before * 0.9));
    for (let n = 0; n < 100; n += 1) {
      limit.pass(100);
      limit.note(1_000);
    }
    expect(limit.limit()).toBe(16);
  });

  test('does not sink while few requests are in flight, because the cause of the delay is elsewhere', () => {
    const limit = clocked();
    const before = limit.limit();
    for (let n = 0; n < 100; n += 1) {
      limit.pass(100);
      limit.note(1_000);
      limit.cut();
    }
    expect(limit.limit()).toBe(before);
  });

  test('rises while it is in use and responses are in time, and stays while it is not in use', () => {
    const limit = clocked();
    const before = limit.limit();
    for (let n = 0; n < 1_000; n += 1) limit.note(5);
    expect(limit.limit()).toBe(before);
    fill(limit);
    for (let n = 0; n < before; n += 1) limit.note(5);
    expect(limit.limit()).toBeGreaterThanOrEqual(before + 9);
    for (let n = 0; n < 200_000; n += 1) {
      if (n % 1_000 === 0) fill(limit);
      limit.note(5);
    }
    expect(limit.limit()).toBe(2_000);
  });
});

test('few refusals are sent at once; many are sent in order, each within half a second', async () => {
  let elapsedMs = () => 0;
  const turnstile = createTurnstile(() => elapsedMs());
  const gone: { n: number; ms: number }[] = [];
  for (let n = 0; n < 1_000; n += 1) turnstile.pass(() => gone.push({ n, ms: elapsedMs() }));
  expect(gone.length).toBe(300);
  const began = performance.now();
  elapsedMs = () => performance.now() - began;
  while (gone.length < 1_000) await new Promise((resolve) => setTimeout(resolve, 10));
  expect(gone.map(({ n }) => n)).toEqual([...gone.keys()]);
  expect(gone.at(-1)!.ms).toBeGreaterThan(400);
  expect(gone.at(-1)!.ms).toBeLessThan(1_500);
  turnstile.stop();
});

describe('a server at its limit', () => {
  const running: RunningServer[] = [];
  afterEach(async () => {
    for (const server of running.splice(0)) await server.stop(0);
  });
  /** Answers when the test releases it. */
  async function start() {
    const held: (() => void)[] = [];
    const app = new Koa();
    app.use(async (ctx) => {
      if (ctx.query['wait'] === undefined || ctx.method === 'POST')
        await new Promise<void>((resolve) => held.push(resolve));
      ctx.body = { done: true };
    });
    const admission = createAdmission(() => performance.now());
    const server = await serve(app, { port: 0, host: '127.0.0.1', variable: 'PORT', admission, log });
    running.push(server);
    const url = `http://127.0.0.1:${server.port}/`;
    return {
      url,
      port: server.port,
      release: () => held.splice(0).forEach((resolve) => resolve()),
      held: () => held.length,
      post: () => fetch(url, { method: 'POST', body: '{}' }),
    };
  }
  const come = async (condition: () => boolean) => {
    while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
  };

  test('answers writes with 503, Retry-After and a retry advice; reads continue; writes continue when there is room', async () => {
    const { url, post, release, held } = await start();
    // Only refused requests have an answer so far.
    const writes = Array.from({ length: 300 }, post);
    let refusals = 0;
    for (const write of writes) void write.then(() => (refusals += 1));
    await come(() => held() + refusals === writes.length);
    const refused = await Promise.race(writes);
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1']);
    expect(await refused.json()).toMatchObject({ code: 'overloaded', retry: 'same_key_after', status: 503 });
    const full = held();
    const read = fetch(url);
    await come(() => held() === full + 1);
    release();
    expect((await read).status).toBe(200);
    const statuses = (await Promise.all(writes)).map(({ status }) => status);
    expect(new Set(statuses)).toEqual(new Set([200, 503]));
    expect(statuses.filter((status) => status === 200)).toHaveLength(full);
    const again = post();
    await come(() => held() === 1);
    release();
    expect((await again).status).toBe(200);
  });

  /** Until the sockets that arrived last stop counting, a request is refused. */
  async function postWhenAdmitted(held: () => number, post: () => Promise<Response>) {
    for (;;) {
      await new Promise((resolve) => setTimeout(resolve, 700));
      const before = held();
      let isRefused = false;
      const answer = post();
      void answer.then(() => (isRefused = true));
      await come(() => isRefused || held() > before);
      if (!isRefused) return { answer };
    }
  }

  test('does not count long polls, nor requests whose body arrives slowly', async () => {
    const { url, port, post, release, held } = await start();
    const sockets = Array.from({ length: 300 }, () => {
      const socket = connect(port, '127.0.0.1');
      socket.on('error', () => {});
      socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{');
      return socket;
    });
    // Requests that wait for their body do not count: all of these fit, and one more of each
    // kind.
    const { answer } = await postWhenAdmitted(held, post);
    expect((await fetch(`${url}?wait=1`)).status).toBe(200);
    release();
    expect((await answer).status).toBe(200);
    for (const socket of sockets) socket.destroy();
  });
});

test('the server accepts many connections in each long turn of the event loop, not one', async () => {
  const app = new Koa();
  app.use((ctx) => {
    ctx.body = 'here';
  });
  const server = await serve(app, { port: 0, host: '127.0.0.1', variable: 'PORT', log });
  let spinning = true;
  const spin = () => {
    const end = performance.now() + 20;
    while (performance.now() < end);
    if (spinning) setImmediate(spin);
  };
  setImmediate(spin);
  const began = performance.now();
  const client = `const net = require('node:net'); let left = 200; for (let n = 0; n < 200; n += 1) net.connect(${server.port}, '127.0.0.1', function () {
    this.write('GET / HTTP/1.1\\r\\nHost: x\\r\\nConnection: close\\r\\n\\r\\n'); this.once('data', () => { left -= 1; if (left === 0) process.exit(0); }); });`;
  const code = await new Promise<number>((resolve) => {
    execFile(process.execPath, ['-e', client], { timeout: 20_000 }, (error) => resolve(error ? 1 : 0));
  });
  spinning = false;
  expect(code).toBe(0);
  // One connection in each turn of 20 ms would take more than four seconds.
  if (process.platform === 'linux') expect(performance.now() - began).toBeLessThan(3_000);
  await server.stop(0);
}, 30_000);
