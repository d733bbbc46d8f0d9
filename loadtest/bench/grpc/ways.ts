/** The four ways to place the same orders: REST, REST batches, gRPC calls, a gRPC stream. */
import { randomUUID } from 'node:crypto';
import { Metadata, credentials } from '@grpc/grpc-js';
import { Pool } from 'undici';
import { OrderServiceClient } from '../../../api/grpc/generated/orders.ts';
import { newOrderMessage } from '../../../api/grpc/messages/new-order.ts';
import { apiKey, order } from '../../kit/order-request.ts';

/** Requests in flight of the ways that send one order a request. */
export const REQUESTS_IN_FLIGHT = 64;
/** Messages in flight of the stream. */
export const MESSAGES_IN_FLIGHT = 512;
export const BATCH_ORDERS = 100;
export const BATCHES_IN_FLIGHT = 4;

export interface Ports {
  rest: number;
  grpc: number;
}

/** Places a number of orders. @returns latencies in ms, from the call to the parsed response */
export type Way = (ports: Ports, count: number) => Promise<number[]>;

/** Runs a task `count` times, with `width` of them in flight. */
async function inFlight(width: number, count: number, task: () => Promise<void>): Promise<void> {
  let remaining = count;
  const worker = async () => {
    while (remaining > 0) {
      remaining -= 1;
      await task();
    }
  };
  await Promise.all(Array.from({ length: width }, worker));
}

/** Each order is a new object, as in a real client. */
export const restOrder = () => ({ ...order });
const grpcOrder = () => newOrderMessage(order);

export type Post = (path: string, body: unknown) => Promise<unknown>;

/** Runs with a REST client. Its `post` rejects for any status from 300 on. */
export async function withRest(
  port: number,
  connections: number,
  run: (post: Post) => Promise<void>,
  key = apiKey,
): Promise<void> {
  const pool = new Pool(`http://127.0.0.1:${port}`, { connections, pipelining: 1 });
  const authorization = `Bearer ${key}`;
  try {
    await run(async (path, body) => {
      const { statusCode, body: content } = await pool.request({
        method: 'POST',
        path,
        headers: { authorization, 'content-type': 'application/json', 'idempotency-key': randomUUID() },
        body: JSON.stringify(body),
      });
      const json = await content.json();
      if (statusCode >= 300) throw new Error(`${statusCode}: ${JSON.stringify(json)}`);
      return json;
    });
  } finally {
    await pool.close();
  }
}

async function withGrpc(
  port: number,
  run: (client: OrderServiceClient, metadata: Metadata) => Promise<void>,
): Promise<void> {
  const client = new OrderServiceClient(`127.0.0.1:${port}`, credentials.createInsecure(), {
    'grpc.use_local_subchannel_pool': 1,
  });
  const metadata = new Metadata();
  metadata.set('authorization', `Bearer ${apiKey}`);
  try {
    await run(client, metadata);
  } finally {
    client.close();
  }
}

export const WAYS: Record<string, Way> = {
  async REST(ports, count) {
    const latencies: number[] = [];
    await withRest(ports.rest, REQUESTS_IN_FLIGHT, (post) =>
      inFlight(REQUESTS_IN_FLIGHT, count, async () => {
        const began = performance.now();
        await post('/v1/orders', restOrder());
        latencies.push(performance.now() - began);
      }),
    );
    return latencies;
  },
  async 'REST batches'(ports, count) {
    const latencies: number[] = [];
    await withRest(ports.rest, BATCHES_IN_FLIGHT, (post) =>
      inFlight(BATCHES_IN_FLIGHT, count / BATCH_ORDERS, async () => {
        const began = performance.now();
        const items = Array.from({ length: BATCH_ORDERS }, () => ({
          idempotency_key: randomUUID(),
          order: restOrder(),
        }));
        const { failed } = (await post('/v1/order-batches', { orders: items })) as { failed: number };
        if (failed > 0) throw new Error(`${failed} orders of a batch failed`);
        latencies.push(...Array<number>(BATCH_ORDERS).fill(performance.now() - began));
      }),
    );
    return latencies;
  },
  async gRPC(ports, count) {
    const latencies: number[] = [];
    await withGrpc(ports.grpc, (client, metadata) =>
      inFlight(REQUESTS_IN_FLIGHT, count, async () => {
        const began = performance.now();
        await new Promise<void>((resolve, reject) => {
          const request = { idempotency_key: randomUUID(), order: grpcOrder() };
          client.placeOrder(request, metadata, (error) => (error ? reject(error) : resolve()));
        });
        latencies.push(performance.now() - began);
      }),
    );
    return latencies;
  },
  async 'gRPC stream'(ports, count) {
    const latencies: number[] = [];
    await withGrpc(ports.grpc, async (client, metadata) => {
      const stream = client.placeOrders(metadata);
      const began = new Map<number, number>();
      const done = Promise.withResolvers<void>();
      let sent = 0;
      const send = () => {
        if (sent === count) return;
        began.set((sent += 1), performance.now());
        stream.write({ idempotency_key: randomUUID(), order: grpcOrder() });
        if (sent === count) stream.end();
      };
      stream.on('data', ({ sequence, outcome }) => {
        if (outcome?.$case !== 'placed') done.reject(new Error(JSON.stringify(outcome)));
        latencies.push(performance.now() - began.get(sequence)!);
        began.delete(sequence);
        send();
      });
      stream.once('error', done.reject);
      stream.once('end', done.resolve);
      for (let n = 0; n < MESSAGES_IN_FLIGHT; n += 1) send();
      await done.promise;
    });
    return latencies;
  },
};
