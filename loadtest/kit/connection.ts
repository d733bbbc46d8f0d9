/** One client's connection: one request at a time, cut when the answer is late, made again when it is gone. Cheap, since a load generator must not be what is measured. */
import { type Socket, connect } from 'node:net';

export interface Answer {
  status: number;
  replayed: boolean;
  body: string;
}

/** Why there was no answer. */
export type Silence = 'timeout' | 'cut' | 'reset';

export interface Request {
  method?: 'GET' | 'POST';
  path: string;
  apiKey: string;
  key?: string;
  body?: string;
}

export interface Patience {
  /** Milliseconds until the client gives the connection up. */
  timeout: number;
  /** Milliseconds after which the client's network fails, before any answer. */
  cutAfter?: number | undefined;
}

export interface Connection {
  send: (request: Request, patience: Patience) => Promise<Answer | Silence>;
  close: () => void;
}

/** @param address where to connect to the next time */
export function openConnection(address: () => { host: string; port: number }): Connection {
  let socket: Socket | undefined;
  let settle: ((answer: Answer | Silence) => void) | undefined;
  let buffered = '';
  let timer: NodeJS.Timeout | undefined;

  function end(answer: Answer | Silence): void {
    const done = settle;
    settle = undefined;
    clearTimeout(timer);
    done?.(answer);
  }
  function drop(why: Silence): void {
    const old = socket;
    socket = undefined;
    old?.destroy();
    end(why);
  }
  function open(): Socket {
    const { host, port } = address();
    const fresh = connect(port, host);
    fresh.setNoDelay(true).setEncoding('latin1');
    buffered = '';
    const gone = () => {
      if (socket === fresh) drop('reset');
    };
    fresh.on('error', gone).on('close', gone);
    fresh.on('data', (chunk: string) => {
      if (socket !== fresh) return;
      buffered += chunk;
      const split = buffered.indexOf('\r\n\r\n');
      if (split < 0) return;
      const head = buffered.slice(0, split);
      const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
      if (buffered.length < split + 4 + length) return;
      const answer = {
        status: Number(head.slice(9, 12)),
        replayed: /idempotent-replayed: true/i.test(head),
        body: buffered.slice(split + 4),
      };
      buffered = '';
      if (/connection: close/i.test(head)) socket = undefined;
      end(answer);
    });
    return fresh;
  }

  return {
    send({ method, path, apiKey, key, body }, { timeout, cutAfter }) {
      return new Promise((resolve) => {
        settle = resolve;
        timer = setTimeout(() => drop(cutAfter === undefined ? 'timeout' : 'cut'), cutAfter ?? timeout);
        socket ??= open();
        const verb = method ?? (body === undefined ? 'GET' : 'POST');
        socket.write(
          `${verb} ${path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${apiKey}\r\n` +
            (key === undefined ? '' : `Idempotency-Key: "${key}"\r\n`) +
            (body === undefined
              ? '\r\n'
              : `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`),
          'utf8',
        );
      });
    },
    close: () => drop('cut'),
  };
}
