/** A raw TCP connection, for bytes that no HTTP client sends. */
import { type Socket, connect } from 'node:net';
import { until } from './shop.ts';

export interface RawConnection {
  socket: Socket;
  write: (bytes: string | Buffer) => void;
  /** The bytes received so far, as text. */
  text: () => string;
  /** Status codes of the answers so far, interim ones included. */
  statuses: () => number[];
  /** Waits until the other side has closed. */
  closed: () => Promise<string>;
  isClosed: () => boolean;
}

export function rawConnection(url: string): RawConnection {
  const { port, hostname } = new URL(url);
  const socket = connect({ port: Number(port), host: hostname, noDelay: true });
  let text = '';
  let isClosed = false;
  socket.setEncoding('latin1');
  socket.on('data', (chunk: string) => {
    text += chunk;
  });
  socket.on('close', () => {
    isClosed = true;
  });
  socket.on('error', () => {});
  return {
    socket,
    write: (bytes) => socket.write(bytes),
    text: () => text,
    statuses: () => [...text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status)),
    async closed() {
      await until(() => isClosed, 60_000);
      return text;
    },
    isClosed: () => isClosed,
  };
}

/** A request as bytes; `Content-Length` is correct unless a field overrides it. */
export function requestBytes(
  line: string,
  fields: Record<string, string>,
  body: string | Buffer = '',
): Buffer {
  const length = Buffer.byteLength(body);
  const all = {
    Host: 'localhost',
    ...(length > 0 && !('Transfer-Encoding' in fields) && { 'Content-Length': String(length) }),
    ...fields,
  };
  const head = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.concat([Buffer.from(`${line} HTTP/1.1\r\n${head.join('')}\r\n`), Buffer.from(body)]);
}
