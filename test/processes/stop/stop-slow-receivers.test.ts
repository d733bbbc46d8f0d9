/** SIGTERM ends a node within its drain time while all endpoints of a tenant answer slowly. */
import { expect, test } from '@jest/globals';
import { send, until } from '../../setup/shop.ts';
import { openReceiver } from '../../workers/receiver.ts';
import { DRAIN_MS, SLACK_MS, apiKey, openStops, place, takesMs } from './stop-scene.ts';

const { cleanups, start } = openStops();

const ENDPOINTS = 195;
const ORDERS = 30;

test.each<[string, Record<string, string>, number]>([
  ['with Redis, answers after 13 s', {}, 13_000],
  ['with Redis, answers after 1.5 s', {}, 1_500],
  ['without Redis, answers after 13 s', { REDIS_URL: '', PATH: '/nowhere' }, 13_000],
  ['without Redis, answers after 1.5 s', { REDIS_URL: '', PATH: '/nowhere' }, 1_500],
])(
  'a node %s, and a backlog',
  async (_what, env, answerMs) => {
    const server = await start(env);
    const receiver = await openReceiver((response) =>
      setTimeout(() => response.writeHead(204).end(), answerMs),
    );
    cleanups.push(receiver.close);
    for (let n = 0; n < ENDPOINTS; n += 1) {
      const body = { url: `${receiver.url}&n=${n}` };
      expect((await send(`${server.url}/v2/webhook-endpoints`, { apiKey, body })).status).toBe(201);
    }
    await Promise.all(Array.from({ length: ORDERS }, (_, n) => place(server, n)));
    await until(() => receiver.messages.length >= ENDPOINTS * 5, 60_000);
    expect(receiver.messages.length).toBeLessThan(ENDPOINTS * ORDERS);
    expect(await takesMs(server)).toBeLessThan(DRAIN_MS + SLACK_MS);
  },
  120_000,
);
