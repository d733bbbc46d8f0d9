/** A node ends with 0, whatever the Redis of its wake-ups does meanwhile. */
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { TEST_REDIS } from '../../setup/database.ts';
import { openMovableAddress } from '../../setup/movable-address.ts';
import { send, until } from '../../setup/shop.ts';
import { openReceiver } from '../../workers/receiver.ts';
import { DRAIN_MS, SLACK_MS, apiKey, openStops, place, takesMs } from './stop-scene.ts';

const { cleanups, start } = openStops();

const ENDPOINTS = 20;

test.each([500, 1_100, Number.POSITIVE_INFINITY])(
  'its answers take %s ms',
  async (delayMs) => {
    const proxy = await openMovableAddress(Number(new URL(TEST_REDIS).port));
    cleanups.push(proxy.close);
    const redis = Object.assign(new URL(TEST_REDIS), { port: String(proxy.port) });
    const server = await start({ REDIS_URL: redis.href });
    const receiver = await openReceiver((response) => setTimeout(() => response.writeHead(204).end(), 50));
    cleanups.push(receiver.close);
    for (let n = 0; n < ENDPOINTS; n += 1) {
      const body = { url: `${receiver.url}&n=${n}` };
      expect((await send(`${server.url}/v2/webhook-endpoints`, { apiKey, body })).status).toBe(201);
    }
    const load = Promise.all(Array.from({ length: 20 }, (_, n) => place(server, n)));
    await until(() => receiver.messages.length > ENDPOINTS);
    if (Number.isFinite(delayMs)) proxy.delayBy(delayMs);
    else proxy.silence();
    await load;
    await delay(Math.min(delayMs, 1_000) * Math.random());
    expect(await takesMs(server)).toBeLessThan(DRAIN_MS + SLACK_MS);
    expect(server.output()).not.toMatch(/uncaught|unhandled/i);
  },
  60_000,
);
