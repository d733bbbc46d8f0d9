/** The odd responses of `npx holdfast webhook-sink --fault NAME`, byte by byte. */
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';

const LARGE_HEADER_BYTES = 100 * 1_024;
const BYTE_EVERY_MS = 2_000;

interface Fault {
  /** What it sends, for the help. */
  sends: string;
  /** The status of the response; `given`: that of `--status`, else 200; `null`: none. */
  status: 'given' | 'none' | number;
  send: (socket: Socket, status: number) => void;
}

const CONTINUE = 'HTTP/1.1 100 Continue\r\n\r\n';
const lineOf = (status: number, version = '1.1') =>
  `HTTP/${version} ${status} ${STATUS_CODES[status] ?? 'Unknown'}\r\n`;
const EMPTY = 'Connection: close\r\nContent-Length: 0\r\n\r\n';

/** Writes a text, a byte every two seconds, until the connection closes. */
function drip(socket: Socket, text: string): void {
  let written = 0;
  const timer = setInterval(() => {
    if (written < text.length) socket.write(text[written]!);
    else clearInterval(timer);
    written += 1;
  }, BYTE_EVERY_MS);
  socket.on('close', () => clearInterval(timer));
}

export const FAULTS: Readonly<Record<string, Fault>> = {
  'early-continue': {
    sends: '100 Continue twice, which nobody requested, then the status',
    status: 'given',
    send: (socket, status) => socket.end(`${CONTINUE}${CONTINUE}${lineOf(status)}${EMPTY}`),
  },
  'early-hints': {
    sends: '103 Early Hints, then the status',
    status: 'given',
    send: (socket, status) =>
      socket.end(`HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n${lineOf(status)}${EMPTY}`),
  },
  'switch-protocols': {
    sends: '101 Switching Protocols',
    status: 101,
    send: (socket) => socket.end(`${lineOf(101)}Connection: upgrade\r\nUpgrade: odd\r\n\r\n`),
  },
  redirect: {
    sends: '307 with the path /elsewhere',
    status: 307,
    send: (socket) => socket.end(`${lineOf(307)}Location: /elsewhere\r\n${EMPTY}`),
  },
  'body-on-204': {
    sends: '204 with a length and a body',
    status: 204,
    send: (socket) => socket.end(`${lineOf(204)}Content-Length: 5\r\n\r\nhello`),
  },
  'short-body': {
    sends: 'the status, and 5 of the 100 bytes that it announces',
    status: 'given',
    send: (socket, status) => socket.end(`${lineOf(status)}Content-Length: 100\r\n\r\nhello`),
  },
  'broken-chunks': {
    sends: 'the status, and a chunk whose length is no number',
    status: 'given',
    send: (socket, status) =>
      socket.end(`${lineOf(status)}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nfive\r\n`),
  },
  'endless-body': {
    sends: 'the status, and a body that never ends: a byte every 2 s',
    status: 'given',
    send(socket, status) {
      socket.write(`${lineOf(status)}Content-Length: 1000000\r\n\r\n`);
      drip(socket, '.'.repeat(1_000_000));
    },
  },
  'trailing-bytes': {
    sends: 'the status, and bytes behind its body',
    status: 'given',
    send: (socket, status) => socket.end(`${lineOf(status)}Content-Length: 5\r\n\r\nhello, and more`),
  },
  'large-headers': {
    sends: 'the status, and 100 KiB of headers',
    status: 'given',
    send: (socket, status) =>
      socket.end(`${lineOf(status)}X-Large: ${'x'.repeat(LARGE_HEADER_BYTES)}\r\n${EMPTY}`),
  },
  'status-line-only': {
    sends: 'the status line, then closes the connection',
    status: 'given',
    send: (socket, status) => socket.end(lineOf(status)),
  },
  'http-1.0': {
    sends: 'the status as HTTP/1.0, with a body until the connection closes',
    status: 'given',
    send: (socket, status) => socket.end(`${lineOf(status, '1.0')}\r\nhello`),
  },
  'slow-status': {
    sends: 'the status line, a byte every 2 s',
    status: 'none',
    send: (socket, status) => drip(socket, `${lineOf(status)}${EMPTY}`),
  },
  'malformed-status': {
    sends: 'a status that is no number',
    status: 'none',
    send: (socket) => socket.end(`HTTP/1.1 OK\r\n${EMPTY}`),
  },
  close: { sends: 'nothing, closes the connection', status: 'none', send: (socket) => socket.end() },
  reset: {
    sends: 'nothing, resets the connection',
    status: 'none',
    send: (socket) => socket.resetAndDestroy(),
  },
};
