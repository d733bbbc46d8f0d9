/** Slow receivers of one tenant do not delay the webhooks of another tenant. */
import { afterEach, describe, expect, test } from '@jest/globals';
import { type Shop, anOrder, openShop, until } from '../../setup/shop.ts';
import { type Receiver, openReceiver } from '../receiver.ts';

const SLOW_ENDPOINTS = 195;
const SLOW_ANSWER_MS = 8_000;
/** Requests in flight when all endpoints of the slow tenant that have a worker send. */
const IN_FLIGHT_MIN = 900;

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

async function open(behaviour: Parameters<typeof openReceiver>[0]): Promise<Receiver> {
  const receiver = await openReceiver(behaviour);
  ends.push(receiver.close);
  return receiver;
}

async function connect(shop: Shop, apiKey: string, url: string): Promise<void> {
  const { status } = await shop.ask('/v2/webhook-endpoints', { apiKey, body: { url } });
  expect(status).toBe(201);
}

describe.each([
  ['through Redis', {}],
  ['within one process', { REDIS_URL: '' }],
])('wake-ups %s', (_name, env) => {
  test('give another tenant its places while 195 endpoints of one tenant answer slowly', async () => {
    const shop = await openShop({ HOLDFAST_WEBHOOK_LOOPBACK: 'on', ...env });
    ends.push(shop.close);
    const slow = await open((response) => setTimeout(() => response.writeHead(204).end(), SLOW_ANSWER_MS));
    const quick = await open(204);
    const other = await shop.addTenant();
    for (let n = 0; n < SLOW_ENDPOINTS; n += 1) await connect(shop, shop.apiKey, `${slow.url}&n=${n}`);
    await connect(shop, other.apiKey, quick.url);
    for (let n = 0; n < 20; n += 1) await shop.ask('/v1/orders', { body: anOrder() });
    await until(() => slow.messages.length >= IN_FLIGHT_MIN, 60_000);

    for (let n = 1; n <= 5; n += 1) {
      const began = performance.now();
      await shop.ask('/v1/orders', { apiKey: other.apiKey, body: anOrder() });
      await until(() => quick.messages.length === n, 60_000);
      expect(performance.now() - began).toBeLessThan(SLOW_ANSWER_MS / 2);
    }
  }, 120_000);
});
