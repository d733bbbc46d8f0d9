/** Tenants that keep what they got: connections, answers, places of long polls. */
import { randomUUID } from 'node:crypto';
import { body } from '../../kit/order-request.ts';
import type { Abuse } from '../abuse.ts';
import { ask, flood, keepOpen, message } from '../sockets.ts';

const LONG_POLLS_COUNT = 1_200;
const READERS_COUNT = 200;
const SLOW_BODIES_COUNT = 500;
const SLOW_BYTE_MS = 1_000;
const DEAF_CONNECTIONS_COUNT = 60;
const PIPELINED_PAGES_COUNT = 20;
/** Orders behind the pages that nobody reads. */
const ORDERS_COUNT = 200;

export const WAITS: Abuse[] = [
  {
    name: 'long polls',
    async begin(target) {
      const { body: page } = await ask(target, '/v2/events?limit=1');
      const { next_cursor: cursor } = JSON.parse(page) as { next_cursor: string };
      const path = `/v2/events?wait=10&cursor=${encodeURIComponent(cursor)}`;
      flood(target, LONG_POLLS_COUNT, () => message(path, { apiKey: target.apiKey }));
    },
  },
  {
    name: 'reads after a position',
    async begin(target) {
      const { head } = await ask(target, '/v2/events?limit=1');
      const position = /holdfast-position: *(\d+)/i.exec(head)?.[1] ?? '0';
      const headers = { 'Holdfast-Read-After': position };
      flood(target, READERS_COUNT, () => message('/v2/orders', { apiKey: target.apiKey, headers }));
    },
  },
  {
    name: 'bodies of a byte a second',
    begin: async (target) =>
      keepOpen(target, SLOW_BODIES_COUNT, (socket) => {
        const headers = { 'Idempotency-Key': randomUUID() };
        const bytes = message('/v1/orders', { apiKey: target.apiKey, headers, body });
        const bodyAt = bytes.length - body.length;
        socket.write(bytes.slice(0, bodyAt));
        let sent = bodyAt;
        const timer = setInterval(() => socket.write(bytes.slice(sent, (sent += 1))), SLOW_BYTE_MS);
        socket.on('close', () => clearInterval(timer));
      }),
  },
  {
    name: 'answers that nobody reads',
    async begin(target) {
      for (let n = 0; n < ORDERS_COUNT; n += 1)
        await ask(target, '/v1/orders', { headers: { 'Idempotency-Key': randomUUID() }, body });
      const page = message('/v2/orders?limit=100', { apiKey: target.apiKey });
      keepOpen(target, DEAF_CONNECTIONS_COUNT, (socket) => {
        socket.pause();
        socket.write(page.repeat(PIPELINED_PAGES_COUNT));
      });
    },
  },
];
