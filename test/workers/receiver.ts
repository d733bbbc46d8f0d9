/** A receiver of webhooks for tests: it records messages, and its answers can be set. */
import { once } from 'node:events';
import { type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Message {
  id: string;
  headers: Record<string, string>;
  /** The raw body. */
  text: string;
  // oxlint-disable-next-line typescript/no-explicit-any -- each test knows its messages
  json: any;
  at: number;
}

/** Its answer: a status, or another behaviour. */
export type Behaviour = number | ((response: ServerResponse, message: Message) => void);

export interface Receiver {
  url: string;
  /** All messages, in the order of their arrival. */
  messages: Message[];
  /** The event types of the messages. */
  types: () => string[];
  /** The most requests at the same time. */
  most: () => number;
  behave: (behaviour: Behaviour) => void;
  close: () => Promise<void>;
}

export async function openReceiver(behaviour: Behaviour = 204): Promise<Receiver> {
  const messages: Message[] = [];
  let now = 0;
  let most = 0;
  let how = behaviour;
  const server = createServer((request, response) => {
    now += 1;
    most = Math.max(most, now);
    response.on('close', () => {
      now -= 1;
    });
    let text = '';
    request.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
    request.on('end', () => {
      const headers = request.headers as Record<string, string>;
      const message = { id: headers['webhook-id']!, headers, text, json: JSON.parse(text), at: Date.now() };
      messages.push(message);
      if (typeof how === 'number') response.writeHead(how).end();
      else how(response, message);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks?token=of-the-shop`,
    messages,
    types: () => messages.map(({ json }) => json.type as string),
    most: () => most,
    behave: (next) => {
      how = next;
    },
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
