/** Tenants that abuse webhooks. */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { body, order } from '../../kit/order-request.ts';
import type { Abuse, Target } from '../abuse.ts';
import { ask } from '../sockets.ts';

const ENDPOINTS_COUNT = 195;
const SLOW_ANSWER_MS = 13_000;
const BATCH_ORDERS = 100;
const BATCH_INTERVAL_MS = 12_000;
const ORDER_INTERVAL_MS = 500;
const REPLAYS_COUNT = 120;

/** A receiver that answers after a time. @returns its URL */
async function receiver(answerMs: number): Promise<string> {
  const server = createServer((request, response) => {
    request.resume();
    setTimeout(() => response.writeHead(204).end(), answerMs);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

/** Makes endpoints. @returns their ids */
async function makeEndpoints(target: Target, url: string, count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let n = 0; n < count; n += 1) {
    const { body: made } = await ask(target, '/v2/webhook-endpoints', {
      headers: { 'Idempotency-Key': randomUUID() },
      body: JSON.stringify({ url: `${url}?n=${n}`, max_per_second: 1_000 }),
    });
    ids.push((JSON.parse(made) as { id: string }).id);
  }
  return ids;
}

/** Places orders all the time, within quota. */
function keepPlacing(target: Target): void {
  setInterval(() => {
    void ask(target, '/v1/orders', { headers: { 'Idempotency-Key': randomUUID() }, body });
  }, ORDER_INTERVAL_MS);
}

const placeBatch = (target: Target) => {
  const orders = Array.from({ length: BATCH_ORDERS }, () => ({ idempotency_key: randomUUID(), order }));
  return ask(target, '/v1/order-batches', { body: JSON.stringify({ orders }) });
};

export const RECEIVERS: Abuse[] = [
  {
    name: 'receivers that answer after 13 s',
    async begin(target) {
      await makeEndpoints(target, await receiver(SLOW_ANSWER_MS), ENDPOINTS_COUNT);
      keepPlacing(target);
    },
  },
  {
    name: 'every event to 195 endpoints',
    async begin(target) {
      await makeEndpoints(target, await receiver(0), ENDPOINTS_COUNT);
      void placeBatch(target);
      setInterval(() => void placeBatch(target), BATCH_INTERVAL_MS);
    },
  },
  {
    name: 'many replays',
    async begin(target) {
      const ids = await makeEndpoints(target, await receiver(0), REPLAYS_COUNT);
      await placeBatch(target);
      for (const id of ids)
        await ask(target, `/v2/webhook-endpoints/${id}/replays`, {
          headers: { 'Idempotency-Key': randomUUID() },
          body: JSON.stringify({ after_position: 0 }),
        });
    },
  },
];
