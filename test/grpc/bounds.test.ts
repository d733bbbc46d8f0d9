/** The limits of one caller on a node, and the effect on other callers. */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { constants } from 'node:http2';
import { connect as connectTcp } from 'node:net';
import {
  Server,
  ServerCredentials,
  type ServiceClientConstructor,
  credentials,
  loadPackageDefinition,
  status,
} from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { protoPath } from 'grpc-health-check';
import { sql } from 'slonik';
import { OrderServiceService, PlaceOrdersRequest } from '../../api/grpc/generated/orders.ts';
import { addHealth, addReflection } from '../../api/grpc/public-services.ts';
import { newOrderMessage } from '../../api/grpc/messages/new-order.ts';
import { type Bounds, boundArrivals } from '../../api/grpc/wire/arrivals.ts';
import { createAnswerRoom } from '../../api/http/answer-room.ts';
import { KEY_STREAMS_MAX } from '../../api/grpc/wire/limits.ts';
import { type Shop, anOrder, openShop, until } from '../setup/shop.ts';
import { type OrdersClient, connect, failureOf, take } from './client.ts';
import { connectDeaf, writeTo } from './deaf-client.ts';

const QUOTA = 1_000;
const SENT = 5_000;

let shop: Shop;
let loud: { tenantId: string; apiKey: string };
let neighbour: OrdersClient;
const ends: (() => void)[] = [];
beforeAll(async () => {
  shop = await openShop({ HOLDFAST_RATE_LIMIT_WRITE: `${QUOTA}/60` });
});
afterAll(() => shop.close());
beforeEach(async () => {
  loud = await shop.addTenant();
  neighbour = connect(shop.grpc, (await shop.addTenant()).apiKey);
  ends.push(neighbour.close);
});
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

const placedBy = async ({ tenantId }: { tenantId: string }) =>
  Number(await shop.pool.oneFirst(sql.unsafe`SELECT count(*) FROM events WHERE tenant_id = ${tenantId}`));

/** Milliseconds of three consecutive orders on a stream of another caller. */
async function neighbourWaits(): Promise<number> {
  const stream = neighbour.placeOrders();
  const outcomes: string[] = [];
  stream.on('data', ({ outcome }) => outcomes.push(outcome));
  const began = performance.now();
  for (let n = 1; n <= 3; n += 1) {
    stream.write({ idempotency_key: randomUUID(), order: anOrder() });
    await until(() => outcomes.length === n, 20_000);
  }
  expect(outcomes).toEqual(['placed', 'placed', 'placed']);
  stream.end();
  return performance.now() - began;
}

test('an unread stream is paused, and does not delay others', async () => {
  const client = connectDeaf(shop.grpc, loud.apiKey);
  ends.push(client.close);
  const call = client.call('PlaceOrders', undefined, { open: true });
  const order = newOrderMessage({ ...anOrder(), shipping_address: null, metadata: {} });
  for (let n = 0; n < SENT; n += 1) {
    const message = { idempotency_key: `k-${n}`.padEnd(255, 'k'), order };
    writeTo(call, PlaceOrdersRequest.encode(message).finish());
  }
  // The orders whose answers fit into 64 KiB, plus those in flight.
  await until(async () => (await placedBy(loud)) >= 180);
  let before = -1;
  await until(async () => {
    const count = await placedBy(loud);
    const isStill = count === before;
    before = count;
    expect(await neighbourWaits()).toBeLessThan(5_000);
    return isStill;
  });
  expect(await placedBy(loud)).toBeLessThan(QUOTA);
});

test('a stream that waits for its quota does not delay others', async () => {
  const client = connect(shop.grpc, loud.apiKey);
  ends.push(client.close);
  const stream = client.placeOrders();
  stream.on('error', () => {});
  let answers = 0;
  stream.on('data', () => (answers += 1));
  for (let n = 0; n < QUOTA + 2_000; n += 1) stream.write({ idempotency_key: `q-${n}`, order: anOrder() });
  await until(() => answers >= QUOTA, 30_000);
  expect(await neighbourWaits()).toBeLessThan(5_000);
  stream.cancel();
});

test('the streams of a key are limited; other keys are not affected', async () => {
  const client = connect(shop.grpc, loud.apiKey);
  ends.push(client.close);
  const streams = Array.from({ length: KEY_STREAMS_MAX }, () => client.placeOrders());
  const accepted = streams.map((stream) => {
    stream.on('error', () => {});
    stream.resume();
    return new Promise((resolve) => stream.once('metadata', resolve));
  });
  await Promise.all(accepted);
  for (const open of [() => take(client.placeOrders()), () => take(client.watchEvents({ after: 0 }))]) {
    expect(await failureOf(open())).toMatchObject({
      code: status.UNAVAILABLE,
      message: `This API key has ${KEY_STREAMS_MAX} open streams on this node, the maximum. End one first.`,
      details: { ErrorInfo: { metadata: { code: 'overloaded', retry: 'same_key_after' } } },
    });
  }
  expect(await neighbourWaits()).toBeLessThan(5_000);
  streams[0]!.end();
  await until(async () => {
    const stream = client.placeOrders();
    const outcome = take(stream).then(
      () => true,
      () => false,
    );
    stream.end();
    return outcome;
  });
});

describe('before the key of a call is known', () => {
  async function listen(bounds: Partial<Bounds>): Promise<string> {
    const server = new Server();
    server.addService(OrderServiceService, {} as never);
    const stopping = new AbortController();
    addHealth(server, stopping.signal)('SERVING');
    await addReflection(server, stopping.signal);
    const port = await new Promise<number>((resolve, reject) => {
      server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
        error ? reject(error) : resolve(bound),
      );
    });
    const all = { connectionsMax: 100, callsMax: 100, requestMs: 60_000, unreadMs: 60_000, ...bounds };
    const unbound = boundArrivals(server, createAnswerRoom(), all);
    ends.push(unbound, () => server.forceShutdown());
    return `127.0.0.1:${port}`;
  }

  test('the connections of a server are limited', async () => {
    const [, port] = (await listen({ connectionsMax: 2 })).split(':');
    const closed: number[] = [];
    for (let n = 1; n <= 3; n += 1) {
      const socket = connectTcp(Number(port), '127.0.0.1');
      ends.push(() => socket.destroy());
      socket.on('error', () => {});
      socket.resume();
      socket.once('close', () => closed.push(n));
      await new Promise((resolve) => socket.once('connect', resolve));
    }
    await until(() => closed.length > 0);
    expect(closed).toEqual([3]);
  });

  test('the calls of a server are limited, and the refused ones may be repeated', async () => {
    const client = connectDeaf(await listen({ callsMax: 2 }), 'k');
    ends.push(client.close);
    const calls = Array.from({ length: 3 }, () => client.call('PlaceOrder', undefined, { open: true }));
    expect(await Promise.race(calls.map(({ ended }, n) => ended.then((code) => [n, code])))).toEqual([
      2,
      constants.NGHTTP2_REFUSED_STREAM,
    ]);
  });

  test('an endless request is ended', async () => {
    const client = connectDeaf(await listen({ requestMs: 300 }), 'k');
    ends.push(client.close);
    const half = client.call('PlaceOrder', undefined, { open: true });
    half.stream.write(Buffer.alloc(100));
    expect(await half.ended).toBe(constants.NGHTTP2_CANCEL);
  });

  test.each([
    ['/grpc.health.v1.Health/Check', Buffer.alloc(0), false],
    ['/grpc.health.v1.Health/Watch', Buffer.alloc(0), false],
    // Lists the services.
    ['/grpc.reflection.v1.ServerReflection/ServerReflectionInfo', Buffer.from([0x3a, 1, 0x2a]), true],
  ])('a call of %s whose answer is not read is ended', async (path, message, open) => {
    const client = connectDeaf(await listen({ unreadMs: 300 }), 'k');
    ends.push(client.close);
    expect(await client.call(path, message, { open }).ended).toBe(constants.NGHTTP2_ENHANCE_YOUR_CALM);
  });
});

test('the health of an unknown service is SERVICE_UNKNOWN', async () => {
  const { grpc } = loadPackageDefinition(loadSync(protoPath, { enums: String })) as unknown as {
    grpc: { health: { v1: { Health: ServiceClientConstructor } } };
  };
  const client = new grpc.health.v1.Health(shop.grpc, credentials.createInsecure());
  ends.push(() => client.close());
  const watched = async (service: string) => {
    const stream = client['watch']!({ service });
    stream.on('error', () => {});
    const [{ status: health }] = await once(stream, 'data');
    stream.cancel();
    return health as string;
  };
  expect(await watched('')).toBe('SERVING');
  expect(await watched('nothing')).toBe('SERVICE_UNKNOWN');
});
