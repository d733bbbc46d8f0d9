/** Every answer forbids that a browser guesses its type: values in it are the clients'. */
import { connect } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import Koa from 'koa';
import { pino } from 'pino';
import { createAdmission } from '../../../api/admission/admission.ts';
import { serve } from '../../../api/http/server.ts';
import { type Shop, anOrder, openShop } from '../../setup/shop.ts';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.close());

test('of the API, whatever its status', async () => {
  const answers = [
    await shop.ask('/v2/orders'),
    await shop.ask('/v1/orders', { body: anOrder() }),
    await shop.ask('/v1/orders', { body: {} }),
    await shop.ask('/v2/orders', { apiKey: null }),
    await shop.ask('/v2/orders/ord_1'),
    await shop.ask('/none'),
    await shop.ask('/v2/orders', { method: 'PUT', body: {} }),
    await shop.ask('/v2/orders', { method: 'OPTIONS' }),
    await shop.ask('/docs'),
    await shop.ask('/openapi/v2.json'),
  ];
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 201, 401, 404, 405, 422]));
  for (const { headers } of answers) expect(headers.get('x-content-type-options')).toBe('nosniff');
});

test.each([
  ['bytes that are no request', 'no request\r\n\r\n', 400],
  ['fields that are too large', `GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`, 431],
  ['a tunnel', 'CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n', 405],
])('of %s', async (_what, bytes, status) => {
  const text = await new Promise<string>((resolve) => {
    let received = '';
    const socket = connect(Number(new URL(shop.url).port), '127.0.0.1');
    socket.write(bytes);
    socket
      .setEncoding('latin1')
      .on('data', (data) => (received += String(data)))
      .on('error', () => resolve(received))
      .on('close', () => resolve(received));
  });
  expect(text).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  expect(text).toMatch(/^X-Content-Type-Options: nosniff\r$/im);
});

test('of a refusal under load', async () => {
  const held: (() => void)[] = [];
  const app = new Koa();
  app.use(async (ctx) => {
    await new Promise<void>((resolve) => held.push(resolve));
    ctx.body = 'done';
  });
  const admission = createAdmission({ now: () => performance.now(), tenantOf: () => 'a' });
  const log = pino({ level: 'silent' });
  const server = await serve(app, { port: 0, host: '127.0.0.1', variable: 'PORT', admission, log });
  const requests = Array.from({ length: 400 }, () => fetch(`http://127.0.0.1:${server.port}/`));
  const first = await Promise.race(requests);
  expect([first.status, first.headers.get('x-content-type-options')]).toEqual([503, 'nosniff']);
  let isOver = false;
  void Promise.all(requests).then(() => (isOver = true));
  while (!isOver) {
    for (const release of held.splice(0)) release();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await server.stop(0);
});
