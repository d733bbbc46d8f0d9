/**
 * One API key whose streams and calls are never read does not end a process with a heap of 512 MiB,
 * and does not delay other tenants.
 */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { constants } from 'node:http2';
import { BinaryWriter } from '@bufbuild/protobuf/wire';
import { status } from '@grpc/grpc-js';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  GetOrderRequest,
  PlaceOrdersRequest,
  WatchEventsRequest,
} from '../../../api/grpc/generated/orders.ts';
import { newOrderMessage } from '../../../api/grpc/messages/new-order.ts';
import { holdfast } from '../../setup/processes/command.ts';
import { connect, failureOf, take } from '../../grpc/client.ts';
import { type DeafCall, type DeafClient, connectDeaf, writeTo } from '../../grpc/deaf-client.ts';
import { type TestDatabase, cloneDatabase } from '../../setup/database.ts';
import { aLargeOrder } from '../../setup/large-order.ts';
import type { ServerProcess } from '../../setup/processes/server-process.ts';
import { anOrder, newApiKey, send, until } from '../../setup/shop.ts';
import { startWithSmallHeap } from '../../setup/processes/small-heap.ts';

const ORDERS = 60;
const CONNECTIONS = 4;
/** Streams or calls on each connection. */
const CALLS = 30;

const apiKey = newApiKey();
let database: TestDatabase;
let server: ServerProcess;
let orderId = '';
let other = '';

beforeAll(async () => {
  database = await cloneDatabase();
  server = await startWithSmallHeap(database, apiKey);
  for (let n = 0; n < ORDERS; n += 1) {
    const { status: code, json } = await send(`${server.url}/v1/orders`, { apiKey, body: aLargeOrder(n) });
    expect(code).toBe(201);
    orderId = json.id;
  }
  await issue(['tenants', 'create', 'other']);
  ({ key: other } = await issue(['keys', 'create', '--tenant', 'other']));
}, 120_000);
afterAll(async () => {
  await server.end('SIGKILL');
  await database.drop();
});

async function issue(args: string[]): Promise<{ key: string }> {
  const { code, json, stderr } = await holdfast([...args, '--json'], { DATABASE_URL: database.url });
  expect([code, stderr]).toEqual([0, '']);
  return json;
}
const memory = (field: string) =>
  Number(
    new RegExp(`${field}:\\s+(\\d+) kB`).exec(readFileSync(`/proc/${server.child.pid}/status`, 'utf8'))?.[1],
  ) / 1024;
/** The message of an order of 150 kB. */
function placing(n: number): Uint8Array {
  const order = newOrderMessage({ shipping_address: null, metadata: {}, ...aLargeOrder(n) });
  return PlaceOrdersRequest.encode({ idempotency_key: randomUUID(), order }).finish();
}
const watching = () => WatchEventsRequest.encode({ after: 0, types: [], since: undefined }).finish();
const getting = () => GetOrderRequest.encode({ order_id: orderId, version: undefined }).finish();

const CALM_DOWN = constants.NGHTTP2_ENHANCE_YOUR_CALM;

interface Kind {
  method: string;
  /** Bytes of an answer that the client accepts. */
  bufferBytes: number;
  call: (client: DeafClient) => DeafCall;
}
const KINDS: Kind[] = [
  { method: 'WatchEvents', bufferBytes: 0, call: (client) => client.call('WatchEvents', watching()) },
  { method: 'WatchEvents', bufferBytes: 65_535, call: (client) => client.call('WatchEvents', watching()) },
  { method: 'GetOrder', bufferBytes: 0, call: (client) => client.call('GetOrder', getting()) },
  {
    method: 'PlaceOrders',
    bufferBytes: 0,
    call(client) {
      const call = client.call('PlaceOrders', undefined, { open: true });
      for (let n = 0; n < 4; n += 1) writeTo(call, placing(n));
      call.stream.end();
      return call;
    },
  },
];

/** Makes calls with a separate key. @returns how they ended */
async function deaf({ method, bufferBytes, call }: Kind): Promise<string> {
  const { key } = await issue(['keys', 'create', '--tenant', 'bootstrap', '--name', method + bufferBytes]);
  const clients = Array.from({ length: CONNECTIONS }, () => connectDeaf(server.grpc, key, bufferBytes));
  const calls = clients.flatMap((client) => Array.from({ length: CALLS }, () => call(client)));
  const codes = await Promise.all(calls.map(({ ended }) => ended));
  for (const client of clients) client.close();
  const cut = codes.filter((code) => code === CALM_DOWN).length;
  return `${method}, ${bufferBytes} B accepted: ${cut} of ${calls.length} cut off, the others refused`;
}

test('unread calls are ended; the process stays within its heap, and other tenants are served', async () => {
  const before = memory('VmHWM');
  const neighbour = connect(server.grpc, other);
  const stream = neighbour.placeOrders();
  let answered = 0;
  stream.on('data', () => (answered += 1));
  let slowest = 0;
  let isOver = false;
  const began = performance.now();
  const attacks = Promise.all(KINDS.map(deaf)).finally(() => (isOver = true));
  while (!isOver) {
    const [sent, waitsFor] = [performance.now(), answered + 1];
    stream.write({ idempotency_key: randomUUID(), order: anOrder() });
    await until(() => answered >= waitsFor, 60_000);
    slowest = Math.max(slowest, performance.now() - sent);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const outcomes = await attacks;
  process.stdout.write(
    `${outcomes.join('\n')}\nall in ${Math.round(performance.now() - began)} ms; peak RSS ${Math.round(before)} MiB before, ${Math.round(memory('VmHWM'))} MiB at last; ` +
      `${answered} orders of another tenant, the slowest ${Math.round(slowest)} ms\n`,
  );
  expect([server.child.exitCode, server.child.signalCode]).toEqual([null, null]);
  expect(answered).toBeGreaterThan(10);
  // A call that gets no answer at all under this load need not be ended.
  expect(outcomes.join()).toMatch(/: [1-9]\d* of/);
  stream.end();
  await take(stream);
  neighbour.close();
}, 150_000);

/** A message with one text field of a given number. */
const textOf = (number: number, text: string): Uint8Array =>
  new BinaryWriter()
    .uint32((number << 3) | 2)
    .string(text)
    .finish();

test.each<[string, number, (client: DeafClient) => void]>([
  [
    'starts requests and does not end them',
    500,
    (client) => {
      const { stream } = client.call('PlaceOrder', undefined, { open: true });
      stream.write(Buffer.concat([Buffer.from([0, 0, 4, 0, 0]), Buffer.alloc(250_000)]));
    },
  ],
  [
    'calls reflection and never reads',
    100,
    (client) => {
      const path = '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo';
      const call = client.call(path, undefined, { open: true });
      writeTo(call, textOf(4, 'holdfast.orders.v1.OrderService'), 10_000);
    },
  ],
])(
  'a client without a valid key that %s',
  async (_what, count, call) => {
    const before = memory('VmRSS');
    const clients = Array.from({ length: CONNECTIONS }, () => connectDeaf(server.grpc, 'nobody'));
    for (const client of clients) for (let n = 0; n < count; n += 1) call(client);
    const neighbour = connect(server.grpc, other);
    let most = 0;
    for (const began = performance.now(); performance.now() - began < 8_000;) {
      await neighbour.placeOrder({ idempotency_key: randomUUID(), order: anOrder() });
      most = Math.max(most, memory('VmRSS'));
    }
    process.stdout.write(`${_what}: RSS ${Math.round(before)} MiB before, at most ${Math.round(most)} MiB\n`);
    expect([server.child.exitCode, server.child.signalCode]).toEqual([null, null]);
    expect(most - before).toBeLessThan(300);
    for (const client of clients) client.close();
    neighbour.close();
  },
  120_000,
);

test('a client that reads again gets the reason of the end, after the unread messages', async () => {
  const client = connect(server.grpc, apiKey);
  const stream = client.watchEvents({ after: 0 });
  const ending = failureOf(take(stream));
  let messages = 0;
  stream.on('data', () => {
    messages += 1;
    if (messages === 1) stream.pause();
  });
  const from = server.output().length;
  const isEnded = () =>
    /"method":"WatchEvents","code":"RESOURCE_EXHAUSTED".*\n$/.test(server.output().slice(from));
  const began = performance.now();
  await until(isEnded, 60_000);
  expect(performance.now() - began).toBeGreaterThan(29_000);
  stream.resume();
  expect(await ending).toMatchObject({
    code: status.RESOURCE_EXHAUSTED,
    message: expect.stringContaining('The client read no message for 30 seconds'),
    details: { ErrorInfo: { metadata: { code: 'overloaded', retry: 'same_key_after' } } },
  });
  expect(messages).toBeGreaterThan(1);
  client.close();
}, 120_000);
