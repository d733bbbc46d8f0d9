/**
 * One client's connection: one request at a time, closed on a timeout, reopened for the next
 * request. It must cost little: a load generator must not be the bottleneck.
 */
import { type Socket, connect } from 'node:net';
import { readResponses } from './response-reader.ts';

export interface Response {
  status: number;
  replayed: boolean;
  /** Status line and fields, as latin1 text. */
  head: string;
  body: string;
}

/** The reason for no response. */
export type NoResponse = 'timeout' | 'cut' | 'reset';

export interface Request {
  method?: 'GET' | 'POST' | 'PATCH';
  path: string;
  apiKey: string;
  key?: string;
  body?: string;
  /** More fields, each ended by CRLF: `Content-Type` too, if the body is not JSON. */
  fields?: string;
}

export interface SendOptions {
  /** The client closes the connection after this time without a response. */
  timeoutMs: number;
  /** The client's network fails after this time, before any response. */
  cutAfterMs?: number | undefined;
}

export interface Connection {
  send: (request: Request, options: SendOptions) => Promise<Response | NoResponse>;
  close: () => void;
}

/** @param address called for each new TCP connection */
export function openConnection(address: () => { host: string; port: number }): Connection {
  let socket: Socket | undefined;
  let settle: ((outcome: Response | NoResponse) => void) | undefined;
  let timer: NodeJS.Timeout | undefined;

  function end(outcome: Response | NoResponse): void {
    const done = settle;
    settle = undefined;
    clearTimeout(timer);
    done?.(outcome);
  }
  function drop(why: NoResponse): void {
    const old = socket;
    socket = undefined;
    old?.destroy();
    end(why);
  }
  function open(): Socket {
    const { host, port } = address();
    const fresh = connect(port, host);
    fresh.setNoDelay(true);
    const gone = () => {
      if (socket === fresh) drop('reset');
    };
    fresh.on('error', gone).on('close', gone);
    readResponses(fresh, ({ status, head, body }) => {
      if (socket !== fresh) return;
      if (/connection: close/i.test(head)) socket = undefined;
      end({ status, replayed: /idempotent-replayed: true/i.test(head), head, body });
    });
    return fresh;
  }

  return {
    send({ method, path, apiKey, key, body, fields = '' }, { timeoutMs, cutAfterMs }) {
      return new Promise((resolve) => {
        settle = resolve;
        const isCut = cutAfterMs !== undefined;
        timer = setTimeout(() => drop(isCut ? 'cut' : 'timeout'), cutAfterMs ?? timeoutMs);
        socket ??= open();
        const verb = method ?? (body === undefined ? 'GET' : 'POST');
        socket.write(
          `${verb} ${path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${apiKey}\r\n` +
            (key === undefined ? '' : `Idempotency-Key: "${key}"\r\n`) +
            fields +
            (body === undefined
              ? '\r\n'
              : `${/content-type:/i.test(fields) ? '' : 'Content-Type: application/json\r\n'}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`),
          'utf8',
        );
      });
    },
    close: () => drop('cut'),
  };
}
