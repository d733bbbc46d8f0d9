/** A webhook receiver for benchmarks: accepts everything at little cost. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Receiver {
  url: string;
  /** Called with the text of each message, before it is answered. */
  onMessage: (text: string) => void;
  close: () => void;
}

/** Listens on a free port of this machine. */
export async function openReceiver(): Promise<Receiver> {
  const server = createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
    request.on('end', () => {
      receiver.onMessage(text);
      response.writeHead(204).end();
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const receiver: Receiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    onMessage: () => {},
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
  return receiver;
}
