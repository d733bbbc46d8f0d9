/** Incomplete bodies, and more bodies than memory is reserved for. */
import { once } from 'node:events';
import { type AddressInfo, type Socket, connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import Koa, { type Middleware } from 'koa';
import { createBodyRoom } from '../../../api/body/body-room.ts';
import { readBody } from '../../../api/body/read-body.ts';
import { Problem } from '../../../api/problem/problem.ts';
import { sendExactly } from '../../setup/exact-request.ts';
import { type Shop, anOrder, openShop, until } from '../../setup/shop.ts';

const MAX_BYTES = 4_194_304;
/** A batch of one order, padded beyond the size of a small body. */
const BATCH = JSON.stringify({ orders: [{ idempotency_key: 'room', order: anOrder() }] }).padEnd(70_000);

describe('room for bodies', () => {
  let shop: Shop;
  const sockets: Socket[] = [];
  beforeAll(async () => {
    shop = await openShop();
  });
  afterAll(async () => {
    for (const socket of sockets) socket.destroy();
    await shop.close();
  });

  /** Starts a batch and never ends it. @returns the bytes of the answer so far */
  async function begin(framing: string, bytes: Buffer): Promise<() => string> {
    const { hostname, port } = new URL(shop.url);
    const socket = connect(Number(port), hostname);
    sockets.push(socket);
    let answer = '';
    socket.on('data', (chunk) => (answer += String(chunk))).on('error', () => {});
    await once(socket, 'connect');
    socket.write(
      `POST /v2/order-batches HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${shop.apiKey}\r\n` +
        `Content-Type: application/json\r\n${framing}\r\n\r\n`,
    );
    socket.write(bytes);
    return () => answer;
  }
  const place = (apiKey = shop.apiKey) =>
    sendExactly(
      { url: shop.url, apiKey },
      {
        method: 'POST',
        path: '/v1/order-batches',
        framing: 'length',
        headers: { 'Content-Type': 'application/json' },
        body: BATCH,
      },
    );

  test.each([
    ['with a Content-Length', `Content-Length: ${MAX_BYTES}`, Buffer.from('{')],
    [
      'in chunks',
      'Transfer-Encoding: chunked',
      Buffer.concat([Buffer.from('3fffff\r\n'), Buffer.alloc(MAX_BYTES - 1, ' '), Buffer.from('\r\n')]),
    ],
  ])(
    'is shared: endless bodies %s of one tenant do not block another tenant',
    async (_name, framing, bytes) => {
      const answers = await Promise.all(Array.from({ length: 8 }, () => begin(framing, bytes)));
      await until(() => answers.some((answer) => answer().startsWith('HTTP/1.1 503')));
      // The others may still be arriving, and this one may get their room.
      let refused = await place();
      await until(async () => {
        if (refused.status === 503) return true;
        await begin(framing, bytes);
        refused = await place();
        return false;
      });
      expect([refused.json.code, refused.json.retry, refused.headers['retry-after']]).toEqual([
        'overloaded',
        'same_key_after',
        '1',
      ]);
      // Small bodies need no room.
      expect((await shop.ask('/v1/orders', { body: anOrder() })).status).toBe(201);
      const other = await shop.addTenant();
      expect((await place(other.apiKey)).json.succeeded).toBe(1);
      for (const socket of sockets.splice(0)) socket.destroy();
      await until(async () => (await place()).status === 207);
    },
  );

  test('is released with each answer', async () => {
    for (let n = 0; n < 300; n += 1) expect((await place()).status).toBe(207);
  });
});

test('a tenant alone has three quarters of the room, and two have half each', () => {
  const room = createBodyRoom(1_000 * 100_000);
  const bodies: Record<string, ReturnType<typeof room.enter>[]> = { a: [], b: [] };
  const fill = (tenant: string) => {
    for (;;) {
      const body = room.enter(tenant);
      try {
        // Grows as it arrives; the first 64 KiB do not count alone.
        body.grow(50_000);
        body.grow(50_000);
      } catch (error) {
        expect(error).toMatchObject({ code: 'overloaded' });
        return;
      }
      bodies[tenant]!.push(body);
    }
  };
  fill('a');
  expect(bodies['a']).toHaveLength(750);
  for (let n = 0; n < 3_000; n += 1) {
    fill('b');
    bodies[n % 2 === 0 ? 'a' : 'b']!.shift()?.release();
    fill(n % 2 === 0 ? 'b' : 'a');
  }
  const [a, b] = [bodies['a']!.length, bodies['b']!.length];
  expect(Math.abs(a - b)).toBeLessThan(20);
  expect(a + b).toBeGreaterThan(800);
});

describe('a body whose connection fails', () => {
  /** A server that reads bodies, and runs `act` when half of the body has arrived. */
  async function answerTo(fail: (req: Koa.Context['req']) => void, coding: string): Promise<unknown> {
    const outcome = Promise.withResolvers<unknown>();
    const app = new Koa();
    app.silent = true;
    app.use(async (ctx, next) => {
      ctx.state['principal'] = { keyId: 'key_1' };
      ctx.req.once('data', () => setImmediate(() => fail(ctx.req)));
      await next().then(outcome.resolve, outcome.reject);
    });
    app.use(readBody({ mediaType: 'application/json', maxBytes: 10_000 }, createBodyRoom()) as Middleware);
    const server = app.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    socket.on('error', () => {});
    const half = gzipSync(JSON.stringify(anOrder())).subarray(0, 40);
    socket.write(
      `POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n${coding}Content-Length: 200\r\n\r\n`,
    );
    socket.write(half);
    return outcome.promise
      .catch((error: unknown) => error)
      .finally(() => {
        socket.destroy();
        server.closeAllConnections();
        server.close();
      });
  }
  const late = new Problem('request_timeout', 'The rest did not come in time.');

  describe.each([
    ['as it is', ''],
    ['compressed', 'Content-Encoding: gzip\r\n'],
  ])('sent %s', (_name, coding) => {
    test.each<[string, (req: Koa.Context['req']) => void, object]>([
      ['fails with the error of the connection', (req) => req.emit('error', late), late],
      ['fails with that error when it destroyed the connection', (req) => req.destroy(late), late],
      [
        'is malformed after a reset',
        (req) => req.destroy(new Error('ECONNRESET')),
        { code: 'malformed_request' },
      ],
      ['is malformed after a close', (req) => req.destroy(), { code: 'malformed_request' }],
    ])('%s', async (_name, fail, expected) => {
      expect(await answerTo(fail, coding)).toMatchObject(expected);
    });
  });
});
