/**
 * A server, a proxy or a network that breaks HTTP, before the real server: the client places each
 * order once, or says that it does not know.
 */
import { once } from 'node:events';
import { type AddressInfo, type Socket, connect, createServer } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { HoldfastUnavailable, createClient } from '../../openapi/client/client.ts';
import { type Shop, openShop } from '../setup/shop.ts';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.close());

const order = {
  customer_id: 'cus_1',
  lines: [{ sku: 'KELP-1', name: 'Kelp, dried', quantity: 2, unit_price: { amount: 450, currency: 'EUR' } }],
};
const head = (status: string, ...fields: string[]) => `HTTP/1.1 ${[status, ...fields].join('\r\n')}\r\n\r\n`;
const JSON_TYPE = 'Content-Type: application/json';
const PROBLEM_TYPE = 'Content-Type: application/problem+json';
const problem = (members: object) => {
  const text = JSON.stringify(members);
  return head('503 X', PROBLEM_TYPE, `Content-Length: ${text.length}`) + text;
};

/** What a connection does once it has read a request. */
type Misdeed = (socket: Socket) => void;
const says =
  (text: string): Misdeed =>
  (socket) =>
    void socket.end(text);

const MISDEEDS: [name: string, misdeed: Misdeed][] = [
  ['closes the connection', (socket) => void socket.destroy()],
  ['resets the connection', (socket) => void socket.resetAndDestroy()],
  ['never answers', () => {}],
  ['answers in part of a status line', says('HTTP/1.')],
  ['answers in another protocol', says('220 mail.example.com ESMTP\r\n')],
  [
    'promises more bytes than it sends',
    says(`${head('201 Created', JSON_TYPE, 'Content-Length: 900')}{"id":"ord_`),
  ],
  [
    'ends within a chunk',
    says(`${head('201 Created', JSON_TYPE, 'Transfer-Encoding: chunked')}40\r\n{"id":`),
  ],
  ['says 201 with half of a JSON text', says(`${head('201 Created', JSON_TYPE, 'Content-Length: 6')}{"id":`)],
  [
    'shows a login page with 200',
    says(`${head('200 OK', 'Content-Type: text/html', 'Content-Length: 13')}<h1>Wifi</h1>`),
  ],
  [
    'redirects a POST, which fetch would repeat as a GET',
    says(head('302 Found', 'Location: /v2/orders', 'Content-Length: 0')),
  ],
  [
    'keeps its body open',
    (socket) => void socket.write(`${head('201 Created', JSON_TYPE, 'Content-Length: 9')}{`),
  ],
  ['is a proxy without its server', says(`${head('502 Bad Gateway', 'Content-Length: 3')}bad`)],
  ['claims a problem that is not JSON', says(`${head('503 X', PROBLEM_TYPE, 'Content-Length: 4')}oops`)],
  ['claims a problem that is null', says(`${head('504 X', PROBLEM_TYPE, 'Content-Length: 4')}null`)],
  [
    'asks for a repeat with broken advice about the time',
    says(head('429 X', 'Retry-After: soon', 'Content-Length: 0')),
  ],
  [
    'asks for a repeat with a date of long ago',
    says(head('503 X', 'Retry-After: Mon, 01 Jan 2001 00:00:00 GMT', 'Content-Length: 0')),
  ],
  [
    'invents a member of a problem',
    says(problem({ code: 'new_code', retry: 'same_key', status: 503, moon: [] })),
  ],
];

/** Forwards requests to the real server, after the misdeed to the first of each test. */
async function behind(misdeed: Misdeed, isForwardedFirst: boolean) {
  const sockets = new Set<Socket>();
  let isFirst = true;
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.once('data', (bytes) => {
      if (!isFirst) return pipe(socket, bytes);
      isFirst = false;
      if (isForwardedFirst) forward(bytes, () => misdeed(socket));
      else misdeed(socket);
    });
  });
  const real = () => {
    const { hostname, port } = new URL(shop.url);
    return connect({ host: hostname, port: Number(port) });
  };
  function forward(bytes: Buffer, then: () => void) {
    const upstream = real();
    sockets.add(upstream);
    upstream.write(bytes);
    upstream.once('data', then);
  }
  function pipe(socket: Socket, bytes: Buffer) {
    const upstream = real();
    sockets.add(upstream);
    upstream.on('error', () => {});
    upstream.write(bytes);
    socket.pipe(upstream).pipe(socket);
  }
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      for (const each of sockets) each.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

test.each(
  MISDEEDS.flatMap(([name, misdeed]) => [
    [`${name}, instead of the order`, misdeed, false] as const,
    [`${name}, when the order took effect`, misdeed, true] as const,
  ]),
)('an order is placed once by way of a server that %s', async (_name, misdeed, isForwardedFirst) => {
  const { apiKey } = await shop.addTenant();
  const network = await behind(misdeed, isForwardedFirst);
  const client = createClient({ baseUrl: network.url, apiKey, attemptMs: 2_000, random: () => 0 });
  try {
    const { data, error } = await client.POST('/v2/orders', { body: order });
    expect([error, data?.total.amount]).toEqual([undefined, 900]);
    const direct = createClient({ baseUrl: shop.url, apiKey });
    expect((await direct.GET('/v2/events', {})).data?.data).toHaveLength(1);
  } finally {
    await network.close();
  }
});

test('a network that never lets an answer through ends in the time limit, with the key', async () => {
  const network = await behind(() => {}, false);
  const { url } = network;
  await network.close();
  const client = createClient({ baseUrl: url, apiKey: shop.apiKey, totalMs: 300, attemptMs: 100 });
  const error = await client.POST('/v2/orders', { body: order }).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(HoldfastUnavailable);
  expect((error as HoldfastUnavailable).idempotencyKey).toMatch(/^[0-9a-f-]{36}$/);
});
