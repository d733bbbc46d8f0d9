/** Forwarded events are signed and retried as webhooks are. */
import { once } from 'node:events';
import { type IncomingMessage, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, test } from '@jest/globals';
import { verifyWebhook } from '../../openapi/client/client.ts';
import type { Event } from '../../remote/client/event-feed.ts';
import { type Attempt, RETRY_DELAYS_SECONDS, createForwarder } from '../../remote/cli/webhooks/forward.ts';
import { RETRY_DELAYS_SECONDS as SCHEDULE } from '../../workers/schedule.ts';
import { until } from '../setup/shop.ts';

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const EVENT = {
  id: 'evt_1',
  type: 'OrderPlaced',
  position: 7,
  recorded_at: '2027-01-31T12:00:00.000Z',
} as Event;

/** A receiver that answers with these statuses, one after the other; the last one stays. */
async function receiver(...statuses: number[]) {
  const got: { headers: IncomingMessage['headers']; body: string }[] = [];
  const server = createServer(async (request, response) => {
    got.push({ headers: request.headers, body: await text(request) });
    response.writeHead(statuses.length > 1 ? statuses.shift()! : statuses[0]!).end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    got,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    close: () => server.close(),
  };
}

function forwarding(url: string, delaysSeconds: readonly number[]) {
  const stopping = new AbortController();
  const attempts: Attempt[] = [];
  const forwarder = createForwarder({
    url,
    secret: SECRET,
    signal: stopping.signal,
    attempted: async (_event, attempt) => void attempts.push(attempt),
    delaysSeconds,
  });
  return { ...forwarder, attempts, stopping };
}

test('the message verifies, and a refused one is sent again until it is accepted', async () => {
  const { got, url, close } = await receiver(500, 302, 204);
  const { send, end, attempts } = forwarding(url, [0.01, 0.01, 0.01]);
  await send(EVENT);
  await until(() => attempts.length === 3);
  expect(attempts.map(({ status, nextSeconds }) => [status, nextSeconds])).toEqual([
    [500, 0.01],
    [302, 0.01],
    [204, undefined],
  ]);
  expect(end()).toEqual([]);
  for (const { headers, body } of got) {
    const message = await verifyWebhook({ secret: SECRET, headers, body });
    expect(message).toEqual({
      type: 'OrderPlaced',
      timestamp: EVENT.recorded_at,
      data: EVENT,
      traceparent: null,
    });
    expect(headers['webhook-id']).toBe('evt_1');
  }
  close();
});

test('it gives up after the last attempt, and names what waits at its end', async () => {
  const { url, close } = await receiver(500);
  close();
  const { send, end, attempts, stopping } = forwarding(url, [0.01, 60]);
  await send(EVENT);
  await until(() => attempts.length === 2);
  expect(attempts[1]).toMatchObject({ status: undefined, error: 'ECONNREFUSED', nextSeconds: 60 });
  stopping.abort();
  expect(end()).toEqual([EVENT]);

  const last = forwarding(url, []);
  await last.send(EVENT);
  expect([last.attempts.length, last.end()]).toEqual([1, []]);
});

test('its delays are the first ones of the schedule of webhooks', () => {
  expect(SCHEDULE.slice(0, RETRY_DELAYS_SECONDS.length)).toEqual([...RETRY_DELAYS_SECONDS]);
});
