/** Requests byte by byte, for what `fetch` normalizes, drops or refuses. */
import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import type { Shop } from './shop.ts';

export interface ExactRequest {
  method?: string;
  /** The exact target of the request line. */
  path: string;
  /**
   * Fields besides Host, Authorization, Idempotency-Key and the length of the body; `null` drops
   * one of these.
   */
  headers?: Record<string, string | null>;
  body?: string | Buffer;
  /** The framing of the body. */
  framing?: 'length' | 'chunked' | 'none';
}

export interface ExactAnswer {
  status: number;
  /** By lower-case name. */
  headers: Record<string, string>;
  text: string;
  // oxlint-disable-next-line typescript/no-explicit-any -- each test knows its answer
  json: any;
}

/** Sends a request on a new connection, and reads the whole answer. */
export async function sendExactly(
  { url, apiKey }: Pick<Shop, 'url' | 'apiKey'>,
  { method = 'GET', path, headers = {}, body = '', framing }: ExactRequest,
): Promise<ExactAnswer> {
  const bytes = Buffer.from(body);
  const { hostname, port, host } = new URL(url);
  const fields = Object.entries({
    Host: host,
    Authorization: `Bearer ${apiKey}`,
    ...(method !== 'GET' && { 'Idempotency-Key': randomUUID() }),
    ...(framing === 'length' && { 'Content-Length': String(bytes.length) }),
    ...(framing === 'chunked' && { 'Transfer-Encoding': 'chunked' }),
    Connection: 'close',
    ...headers,
  }).filter(([, value]) => value !== null);
  const head = [`${method} ${path} HTTP/1.1`, ...fields.map((field) => field.join(': ')), '', ''].join(
    '\r\n',
  );
  const chunk = bytes.length === 0 ? [] : [`${bytes.length.toString(16)}\r\n`, bytes, '\r\n'];
  const parts = framing === 'chunked' ? [head, ...chunk, '0\r\n\r\n'] : [head, bytes];
  const sent = Buffer.concat(
    parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : part)),
  );
  return parseAnswer(await exchange(Number(port), hostname, sent));
}

function exchange(port: number, host: string, bytes: Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, host, () => socket.write(bytes));
    const chunks: Buffer[] = [];
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('close', () => resolve(Buffer.concat(chunks).toString()));
    // A server that has answered may close the connection before the whole request is sent.
    socket.on('error', (error) => (chunks.length === 0 ? reject(error) : undefined));
  });
}

function parseAnswer(answer: string): ExactAnswer {
  const [head = '', ...rest] = answer.split('\r\n\r\n');
  const [line = '', ...fields] = head.split('\r\n');
  const headers = Object.fromEntries(
    fields.map((field) => [
      field.slice(0, field.indexOf(':')).toLowerCase(),
      field.slice(field.indexOf(':') + 2),
    ]),
  );
  const text = rest.join('\r\n\r\n');
  const json = /json/.test(headers['content-type'] ?? '') && text !== '' ? JSON.parse(text) : undefined;
  return { status: Number(line.split(' ')[1]), headers, text, json };
}
