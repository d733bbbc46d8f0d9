/** Raw connections of a hostile tenant, from an address of its own. */
import { type Socket, connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { readResponses } from '../kit/http/response-reader.ts';
import type { Target } from './abuse.ts';

/** Loopback; the quiet tenants come from 127.0.0.1. */
const LOCAL_ADDRESS = '127.0.0.2';
const RECONNECT_MS = 20;

interface Answer {
  status: number;
  head: string;
  body: string;
}

interface Message {
  method?: string;
  apiKey?: string;
  headers?: Record<string, string>;
  body?: string | undefined;
}

/** The bytes of a request. */
export function message(path: string, { method, apiKey, headers = {}, body }: Message): string {
  const fields = {
    Host: 'localhost',
    ...(apiKey !== undefined && { Authorization: `Bearer ${apiKey}` }),
    ...(body !== undefined && {
      'Content-Type': 'application/json',
      'Content-Length': String(Buffer.byteLength(body)),
    }),
    ...headers,
  };
  const head = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method ?? (body === undefined ? 'GET' : 'POST')} ${path} HTTP/1.1\r\n${head.join('')}\r\n${body ?? ''}`;
}

export function openSocket({ host, port }: Target): Socket {
  const socket = connect({ host, port, localAddress: LOCAL_ADDRESS });
  return socket.setNoDelay(true).on('error', () => {});
}

/** Keeps a number of connections; each one that ends is opened again. */
export function keepOpen(target: Target, count: number, use: (socket: Socket) => void): void {
  const open = () => {
    const socket = openSocket(target);
    socket.on('connect', () => use(socket)).on('close', () => setTimeout(open, RECONNECT_MS));
  };
  for (let n = 0; n < count; n += 1) open();
}

/** Sends one request after the other on each connection, whatever the answers say. */
export function flood(target: Target, connections: number, next: () => string): void {
  keepOpen(target, connections, (socket) => {
    readResponses(socket, () => socket.write(next()));
    socket.write(next());
  });
}

/** One request. Repeats it on 429 and 503, since the preparation of an abuse is within quota. */
export async function ask(target: Target, path: string, what: Message = {}): Promise<Answer> {
  for (;;) {
    const answer = await once(target, message(path, { apiKey: target.apiKey, ...what }));
    if (answer !== undefined && answer.status !== 429 && answer.status !== 503) return answer;
    await delay(1_000);
  }
}

const once = (target: Target, bytes: string): Promise<Answer | undefined> =>
  new Promise((resolve) => {
    const socket = openSocket(target).on('close', () => resolve(undefined));
    readResponses(socket, (answer) => {
      resolve(answer);
      socket.destroy();
    });
    socket.write(bytes);
  });
