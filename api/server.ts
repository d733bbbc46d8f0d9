/** The HTTP server around an app: limits against slow and greedy clients, and a way to stop that drops no answer. */
import cluster from 'node:cluster';
import { type ServerResponse, STATUS_CODES, createServer } from 'node:http';
import {
  type AddressInfo,
  type Server as NetServer,
  type Socket,
  createServer as createNetServer,
} from 'node:net';
import type Koa from 'koa';
import type { Admission } from './admission.ts';
import { PROBLEM_TYPE, Problem, type ProblemCode, problemDocument } from './problem.ts';

/** Every limit on a connection. Times in ms, sizes in bytes. */
const LIMITS = {
  /** All header fields of a request together. */
  maxHeaderSize: 16_384,
  /** From the connection, or the end of the request before, to the last header. */
  headersTimeout: 10_000,
  /** To the last byte of the body. */
  requestTimeout: 30_000,
  /** An idle connection; longer than a load balancer's, so that it is not closed under a request on its way. */
  keepAliveTimeout: 65_000,
  /** How often the timeouts are looked after. */
  connectionsCheckingInterval: 1_000,
} as const;
const MAX_HEADERS = 100;
/**
 * Sockets that listen on the port. Node accepts one connection a socket and turn of the event loop: in a storm, with turns of 50 ms, clients that were cut
 * off and come back would wait for seconds. (Measured: 149 connections in 150 turns with one socket, as many a turn as there are sockets with more; docs/load.md.)
 */
const LISTENERS = process.platform === 'linux' && cluster.isPrimary ? 64 : 1;
const MAX_CONNECTIONS = 10_000;

export interface RunningServer {
  port: number;
  /** Takes no new connection, lets requests in flight finish, and then cuts what is left after `graceMs`. */
  stop: (graceMs: number) => Promise<void>;
}

/** The port is taken, or may not be used; the message says what to do. */
export class ListenError extends Error {
  override name = 'ListenError';
  /** Of the system's error, such as `EADDRINUSE`. */
  readonly code: string;

  /**
   * @param variable that the port came from
   */
  constructor(variable: string, port: number, code: string) {
    const why =
      code === 'EADDRINUSE'
        ? `port ${port} is taken by another program`
        : code === 'EACCES'
          ? `port ${port} may not be used without more rights`
          : `port ${port} could not be opened (${code})`;
    super(
      `${variable}: ${why}. Stop that program, or choose another port: ${variable}=${port + 1} npm start`,
    );
    this.code = code;
  }
}

export interface ServeOptions {
  /** 0 takes a free one. */
  port: number;
  host: string | undefined;
  /** Environment variable that the port came from, for the message. */
  variable: string;
  /** Decides which requests get in; all of them when left out. */
  admission?: Admission | undefined;
}

/** @throws {ListenError} */
export async function serve(
  app: Koa,
  { port, host, variable, admission }: ServeOptions,
): Promise<RunningServer> {
  let draining = false;
  const inFlight = new Set<ServerResponse>();
  const handle = app.callback();
  const server = createServer(LIMITS, (req, res) => {
    inFlight.add(res);
    res.once('close', () => inFlight.delete(res));
    if (draining) res.setHeader('Connection', 'close');
    if (admission === undefined || admission.admit(req, res)) void handle(req, res);
  });
  server.maxHeadersCount = MAX_HEADERS;
  server.on('clientError', answerUnreadable);
  const listeners: NetServer[] = [server];
  while (listeners.length < LISTENERS) {
    const forward = (socket: Socket) => void server.emit('connection', socket);
    listeners.push(createNetServer({ allowHalfOpen: true, noDelay: true }, forward));
  }
  for (const each of listeners) each.maxConnections = Math.ceil(MAX_CONNECTIONS / LISTENERS);
  await listenTogether(listeners, port, host, variable);

  return {
    port: (server.address() as AddressInfo).port,
    async stop(graceMs) {
      draining = true;
      for (const res of inFlight) if (!res.headersSent) res.setHeader('Connection', 'close');
      const closed = Promise.all(
        listeners.map((each) => new Promise<void>((resolve) => each.close(() => resolve()))),
      );
      // close() waits for idle keep-alive connections as well, which would last as long as their clients like.
      const idle = setInterval(() => server.closeIdleConnections(), 50);
      const cut = setTimeout(() => server.closeAllConnections(), graceMs);
      server.closeIdleConnections();
      admission?.stop();
      await closed;
      clearInterval(idle);
      clearTimeout(cut);
    },
  };
}

async function listenTogether(
  listeners: NetServer[],
  port: number,
  host: string | undefined,
  variable: string,
): Promise<void> {
  const [first, ...others] = listeners as [NetServer, ...NetServer[]];
  if (others.length === 0) return listen(first, { port, host }, variable);
  // A shared port is not refused to the next program that shares it; one that is asked for alone is.
  const alone = createNetServer();
  await listen(alone, { port, host }, variable);
  const { port: taken } = alone.address() as AddressInfo;
  await new Promise((resolve) => alone.close(resolve));
  for (const each of listeners) await listen(each, { port: taken, host, reusePort: true }, variable);
}

function listen(
  server: NetServer,
  where: { port: number; host: string | undefined; reusePort?: boolean },
  variable: string,
): Promise<void> {
  const { port } = where;
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(new ListenError(variable, port, error.code ?? error.message)),
    );
    server.listen(where, resolve);
  });
}

const UNREADABLE: Record<string, [ProblemCode, string]> = {
  HPE_HEADER_OVERFLOW: [
    'header_fields_too_large',
    `All header fields together may have at most ${LIMITS.maxHeaderSize} bytes.`,
  ],
  ERR_HTTP_REQUEST_TIMEOUT: [
    'request_timeout',
    `A request must arrive whole within ${LIMITS.requestTimeout / 1_000} seconds.`,
  ],
};

/** What is not HTTP never reaches the app; it gets a problem all the same. */
function answerUnreadable(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const [code, detail] = UNREADABLE[error.code ?? ''] ?? [
    'malformed_request',
    'This is not an HTTP/1.1 request.',
  ];
  const problem = new Problem(code, detail);
  const body = JSON.stringify(problemDocument(problem, 'none'));
  socket.end(
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}\r\nContent-Type: ${PROBLEM_TYPE}\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}
