/** A webhook receiver of one tenant: it refuses some messages once, and records all. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Random } from '../../fuzz/chance.ts';
import type { HistoryRecorder } from '../history/recorder.ts';

/** Share of the events whose first attempt is refused, or stays without an answer. */
const REFUSED_SHARE = 0.01;
const DROPPED_SHARE = 0.01;

export interface WebhookReceiver {
  url: string;
  /** Whether it accepted an event of an order. */
  has: (orderId: string) => boolean;
  close: () => void;
}

interface Message {
  type: string;
  data: { id: string; position: number; order_id: string; version: number };
}

export async function receiveWebhooks(
  name: string,
  tenant: number,
  random: Random,
  history: HistoryRecorder,
): Promise<WebhookReceiver> {
  const seen = new Set<string>();
  const accepted = new Set<string>();
  const server = createServer((request, response) => {
    const startMs = history.now();
    let text = '';
    request.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
    request.on('end', () => {
      const { type, data } = JSON.parse(text) as Message;
      const isFirst = !seen.has(data.id);
      seen.add(data.id);
      const chance = isFirst ? random.next() : 1;
      const isRefused = chance < REFUSED_SHARE;
      const isDropped = !isRefused && chance < REFUSED_SHARE + DROPPED_SHARE;
      const status = isRefused ? 503 : 204;
      history.record({
        client: name,
        tenant,
        node: -1,
        edition: 'v2',
        wish: { kind: 'hook', endpoint: name },
        startMs,
        endMs: history.now(),
        status: isDropped ? 'reset' : status,
        events: [{ id: data.id, position: data.position, order: data.order_id, version: data.version, type }],
      });
      if (!isRefused && !isDropped) accepted.add(data.order_id);
      if (isDropped) request.socket.destroy();
      else response.writeHead(status).end();
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    has: (orderId) => accepted.has(orderId),
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
