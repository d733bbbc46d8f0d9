/** The client sends each order until it gets a final answer, and stops after its time limit. */
import { randomUUID } from 'node:crypto';
import {
  Metadata,
  Server,
  ServerCredentials,
  type ServerDuplexStream,
  credentials,
  status,
} from '@grpc/grpc-js';
import { afterEach, expect, test } from '@jest/globals';
import type { Advice } from '../../api/grpc/client/advice.ts';
import type { OrderToSend } from '../../api/grpc/client/order-stream.ts';
import { SendError, sendOrders } from '../../api/grpc/client/send-orders.ts';
import { OrderServiceClient, OrderServiceService } from '../../api/grpc/generated/orders.ts';
import { newOrderMessage } from '../../api/grpc/messages/new-order.ts';
import { type Shop, openShop, until } from '../setup/shop.ts';

let shop: Shop;
let client: OrderServiceClient;
afterEach(async () => {
  client.close();
  await shop.close();
});
async function open(env: Record<string, string> = {}): Promise<void> {
  shop = await openShop(env);
  client = new OrderServiceClient(shop.grpc, credentials.createInsecure(), {
    'grpc.use_local_subchannel_pool': 1,
  });
}

function send(
  count: number,
  { patienceMs, signal = new AbortController().signal }: { patienceMs: number; signal?: AbortSignal },
) {
  const metadata = new Metadata();
  metadata.set('authorization', `Bearer ${shop.apiKey}`);
  const lines = [{ sku: 'A', name: 'Kelp', quantity: 1, unit_price: 5 }];
  const order = newOrderMessage({
    customer_id: 'ada',
    currency: 'EUR',
    lines,
    shipping_address: null,
    metadata: {},
  });
  async function* items(): AsyncGenerator<OrderToSend> {
    for (let n = 0; n < count; n += 1) yield { idempotency_key: randomUUID(), order };
  }
  const [answered, broke]: [string[], Advice[]] = [[], []];
  const done = sendOrders(items(), {
    client,
    metadata,
    signal,
    patienceMs,
    answered: ({ idempotency_key }) => answered.push(idempotency_key),
    broke: (advice) => broke.push(advice),
  });
  return { done, answered, broke };
}

test('a wait for the quota is not an interruption', async () => {
  await open({ HOLDFAST_RATE_LIMIT_WRITE: '10/3' });
  const { done, answered, broke } = send(25, { patienceMs: 500 });
  await done;
  expect([new Set(answered).size, broke.length]).toEqual([25, 0]);
});

test('orders wait while Postgres is down, and are placed once it is back', async () => {
  await open();
  await shop.database.suspend();
  const { done, answered } = send(300, { patienceMs: 60_000 });
  await new Promise((resolve) => setTimeout(resolve, 2_500));
  expect(answered).toEqual([]);
  await shop.database.resume();
  await done;
  expect(new Set(answered).size).toBe(300);
  const events = await shop.ask('/v1/events?limit=100');
  expect(events.json.data).toHaveLength(100);
}, 60_000);

test('the client stops after its time limit, and reports the last reason that the server gave', async () => {
  await open();
  let streams = 0;
  const server = new Server();
  server.addService(OrderServiceService, {
    placeOrders(call: ServerDuplexStream<unknown, unknown>) {
      streams += 1;
      // Only the first one ends: the client cancels the second one.
      if (streams === 1)
        call.emit('error', { code: status.UNAVAILABLE, details: 'The store did not answer.' });
    },
  });
  const port = await new Promise<number>((resolve, reject) => {
    const bound = (error: Error | null, at: number) => (error === null ? resolve(at) : reject(error));
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), bound);
  });
  client.close();
  client = new OrderServiceClient(`127.0.0.1:${port}`, credentials.createInsecure());
  const { done, answered } = send(10, { patienceMs: 2_000 });
  await expect(done).rejects.toThrow(new SendError('No answer for 2 seconds. The store did not answer.'));
  expect([streams, answered]).toEqual([2, []]);
  server.forceShutdown();
}, 60_000);

test('an aborted signal stops the client', async () => {
  await open({ HOLDFAST_RATE_LIMIT_WRITE: '5/60' });
  const stopping = new AbortController();
  const { done, answered } = send(100, { patienceMs: 60_000, signal: stopping.signal });
  await until(() => answered.length === 5);
  stopping.abort();
  await done;
  expect(answered).toHaveLength(5);
});
