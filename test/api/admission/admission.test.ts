/** Load shedding by a server: who is admitted, who waits, who is refused. */
import { execFile } from 'node:child_process';
import type { IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import Koa from 'koa';
import { pino } from 'pino';
import { createAdmission } from '../../../api/admission/admission.ts';
import { registry } from '../../../platform/metrics.ts';
import { type RunningServer, serve } from '../../../api/http/server.ts';
import { until } from '../../setup/shop.ts';

const log = pino({ level: 'silent' });

describe('a server at its limit', () => {
  const running: RunningServer[] = [];
  afterEach(async () => {
    for (const server of running.splice(0)) await server.stop(0);
  });
  const arrived = (req: IncomingMessage) =>
    new Promise<void>((resolve) => {
      req.on('error', () => {}).once('end', resolve);
      req.resume();
    });
  /** Answers when the test releases it; a read with `wait` waits for that by intent. */
  async function start() {
    let begunCount = 0;
    let arrivedCount = 0;
    const held: (() => void)[] = [];
    const waiting: (() => void)[] = [];
    const hold = (list: (() => void)[]) => new Promise<void>((resolve) => list.push(resolve));
    const app = new Koa();
    app.use(async (ctx) => {
      if (ctx.method === 'POST') {
        begunCount += 1;
        await arrived(ctx.req);
        arrivedCount += 1;
        await admission.bodyArrived(ctx.res);
      }
      const endWait = ctx.method === 'GET' && ctx.query['wait'] ? admission.beginWait(ctx.res) : undefined;
      if (endWait) {
        await hold(waiting);
        await endWait();
      }
      await hold(held);
      ctx.body = { done: true };
    });
    const admission = createAdmission({
      now: () => performance.now(),
      tenantOf: ({ headers }) => String(headers['x-tenant'] ?? 'a'),
    });
    const server = await serve(app, { port: 0, host: '127.0.0.1', variable: 'PORT', admission, log });
    running.push(server);
    const url = `http://127.0.0.1:${server.port}/`;
    /** The answered requests, by status. */
    const answered: Record<number, number> = {};
    const send = async (init: RequestInit = {}, query = '') => {
      const response = await fetch(url + query, init);
      answered[response.status] = (answered[response.status] ?? 0) + 1;
      return response;
    };
    const release = (list: (() => void)[]) => list.splice(0).forEach((resolve) => resolve());
    return {
      url,
      port: server.port,
      answered,
      send,
      release: () => release(held),
      held: () => held.length,
      /** Writes that were admitted, and those of them whose body has arrived. */
      begun: () => begunCount,
      arrived: () => arrivedCount,
      waiting: () => waiting.length,
      endWaits: () => release(waiting),
      post: (tenant = 'a') =>
        send({ method: 'POST', body: '{}', headers: { 'X-Tenant': tenant } }).catch(() => undefined),
    };
  }

  test('answers writes with 503, Retry-After and a retry advice; reads continue; writes continue when there is room', async () => {
    const { send, post, release, held } = await start();
    // Only refused requests have an answer so far.
    const writes = Array.from({ length: 300 }, post);
    let refusals = 0;
    for (const write of writes) void write.then(() => (refusals += 1));
    await until(() => held() + refusals === writes.length);
    const refused = (await Promise.race(writes))!;
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1']);
    expect(await refused.json()).toMatchObject({ code: 'overloaded', retry: 'same_key_after', status: 503 });
    const full = held();
    const read = send();
    await until(() => held() === full + 1);
    release();
    expect((await read).status).toBe(200);
    const statuses = (await Promise.all(writes)).map((answer) => answer!.status);
    expect(new Set(statuses)).toEqual(new Set([200, 503]));
    expect(statuses.filter((status) => status === 200)).toHaveLength(full);
    const again = post();
    await until(() => held() === 1);
    release();
    expect((await again)!.status).toBe(200);
  });

  test.each([
    ['Holdfast-Read-After', '', { 'Holdfast-Read-After': '1' }],
    ['wait', '?wait=1', {}],
    ['both', '?a=1&wait=30', { 'Holdfast-Read-After': '9' }],
  ])('counts a write with %s like any other', async (_what, query, headers) => {
    const { send, release, held, answered } = await start();
    const writes = Array.from({ length: 400 }, () => send({ method: 'POST', headers, body: '{}' }, query));
    await until(() => held() + (answered[503] ?? 0) === writes.length);
    expect(held()).toBeLessThanOrEqual(256);
    release();
    await Promise.all(writes);
  });

  test('counts a read with wait until it waits, and from the end of its wait', async () => {
    const { send, release, held, waiting, endWaits, answered } = await start();
    const waits = Array.from({ length: 400 }, () => send({}, '?wait=1'));
    await until(() => waiting() + (answered[503] ?? 0) === waits.length);
    expect(waiting()).toBeGreaterThan(256);
    const admitted = waiting();
    const reads = Array.from({ length: 100 }, () => send());
    await until(() => held() === reads.length);
    endWaits();
    await until(() => held() > reads.length);
    // Those that have waited enter in turn: none of them is refused.
    while ((answered[200] ?? 0) < admitted + reads.length) {
      expect(held()).toBeLessThanOrEqual(256);
      release();
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await Promise.all([...waits, ...reads]);
  });

  test('has a bound on requests that wait; one tenant does not have all places', async () => {
    const { send, release, waiting, held, endWaits, answered } = await start();
    const wait = (tenant: string) => send({ headers: { 'X-Tenant': tenant } }, '?wait=1');
    const greedy: Promise<Response>[] = [];
    while (held() === 0) {
      greedy.push(...Array.from({ length: 100 }, () => wait('a')));
      await until(() => waiting() + held() + (answered[503] ?? 0) === greedy.length);
    }
    expect(waiting()).toBe(1_000);
    const others = Array.from({ length: 100 }, () => wait('b'));
    await until(() => waiting() === 1_100);
    endWaits();
    while ((answered[200] ?? 0) < 1_100) {
      release();
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    release();
    await Promise.all([...greedy, ...others]);
  }, 30_000);

  /** Writes in flight, by the metric of the server. */
  async function writesInFlight(): Promise<number> {
    const metric = await registry.getSingleMetric('holdfast_requests_in_flight')!.get();
    return metric.values.find(({ labels }) => labels['kind'] === 'write')?.value ?? 0;
  }

  test('counts a write whose body arrives slowly again when it has arrived', async () => {
    const { port, post, release, held, answered, begun, arrived } = await start();
    // Less than half of the limit, so that nothing lowers it.
    const sockets = Array.from({ length: 100 }, () => {
      const socket = connect(port, '127.0.0.1');
      socket.on('error', () => {});
      socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{');
      return socket;
    });
    await until(() => begun() === sockets.length);
    await until(async () => (await writesInFlight()) === 0);
    let sent = 0;
    while (answered[503] === undefined) {
      void post();
      sent += 1;
      await until(() => held() + (answered[503] ?? 0) === sent);
    }
    const full = held();
    let statuses = '';
    for (const socket of sockets) {
      socket.on('data', (data) => (statuses += `${data.toString('latin1').slice(9, 12)} `));
      socket.write('}');
    }
    await until(() => arrived() === full + sockets.length);
    expect(held()).toBe(full);
    await until(() => {
      release();
      return statuses.match(/200/g)?.length === sockets.length;
    });
    for (const socket of sockets) socket.destroy();
  });

  test('does not count requests whose body arrives slowly', async () => {
    const { port, post, release, held } = await start();
    const sockets = Array.from({ length: 300 }, () => {
      const socket = connect(port, '127.0.0.1');
      socket.on('error', () => {});
      socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{');
      return socket;
    });
    await until(() => {
      void post();
      return held() > 0;
    });
    release();
    for (const socket of sockets) socket.destroy();
  });

  test('refuses the tenant that has most; another one gets the next places, up to half', async () => {
    const { post, held, release, answered } = await start();
    const greedy = Array.from({ length: 300 }, () => post('a'));
    await until(() => held() + (answered[503] ?? 0) === greedy.length);
    expect(held()).toBeLessThanOrEqual(256);
    const other = post('b');
    const refused = await post('a');
    expect(refused!.status).toBe(503);
    release();
    await until(() => held() === 1);
    release();
    expect((await other)!.status).toBe(200);
    await Promise.all(greedy);
  });
});

test('the server accepts many connections in each long turn of the event loop, not one', async () => {
  const app = new Koa();
  let [turns, firstTurn] = [0, 0];
  app.use((ctx) => {
    firstTurn ||= turns;
    ctx.body = 'here';
  });
  const server = await serve(app, { port: 0, host: '127.0.0.1', variable: 'PORT', log });
  let spinning = true;
  const spun = Promise.withResolvers<void>();
  const spin = () => {
    const end = performance.now() + 20;
    while (performance.now() < end);
    turns += 1;
    if (spinning) setImmediate(spin);
    else spun.resolve();
  };
  setImmediate(spin);
  const client = `const net = require('node:net'); let left = 200; for (let n = 0; n < 200; n += 1) net.connect(${server.port}, '127.0.0.1', function () {
    this.write('GET / HTTP/1.1\\r\\nHost: x\\r\\nConnection: close\\r\\n\\r\\n'); this.once('data', () => { left -= 1; if (left === 0) process.exit(0); }); });`;
  const code = await new Promise<number>((resolve) => {
    execFile(process.execPath, ['-e', client], { timeout: 20_000 }, (error) => resolve(error ? 1 : 0));
  });
  spinning = false;
  await spun.promise; // a spin under the fake clock of the next file would not end
  expect(code).toBe(0);
  // One connection in each turn would take 200 turns.
  if (process.platform === 'linux') expect(turns - firstTurn).toBeLessThan(150);
  await server.stop(0);
}, 30_000);
