/**
 * The cheap HTTP/1.1 response reader of the load generators: it reads Content-Length bodies and
 * checks nothing. fuzz/send/responses.ts is the strict reader.
 */
import type { Socket } from 'node:net';

export interface ReadResponse {
  status: number;
  /** Status line and fields, as latin1 text. */
  head: string;
  body: string;
}

/** Calls for each response on a socket with one request in flight at a time. */
export function readResponses(socket: Socket, onResponse: (response: ReadResponse) => void): void {
  let buffered = '';
  socket.setEncoding('latin1');
  socket.on('data', (chunk: string) => {
    buffered += chunk;
    const headEnd = buffered.indexOf('\r\n\r\n');
    if (headEnd < 0) return;
    const head = buffered.slice(0, headEnd);
    const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
    if (buffered.length < headEnd + 4 + length) return;
    const body = buffered.slice(headEnd + 4);
    buffered = '';
    onResponse({ status: Number(head.slice(9, 12)), head, body });
  });
}
