/** The HTTP server around an app: limits against slow and greedy clients, and a way to stop that drops no answer. */
import { type Server, type ServerResponse, STATUS_CODES, createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
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
const MAX_CONNECTIONS = 10_000;

export interface RunningServer {
  port: number;
  /** Takes no new connection, lets requests in flight finish, and then cuts what is left after `graceMs`. */
  stop: (graceMs: number) => Promise<void>;
}

/** The port is taken, or may not be used; the message says what to do. */
export class ListenError extends Error {
  override name = 'ListenError';
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
  server.maxConnections = MAX_CONNECTIONS;
  server.on('clientError', answerUnreadable);
  await listen(server, port, host, variable);

  return {
    port: (server.address() as AddressInfo).port,
    async stop(graceMs) {
      draining = true;
      for (const res of inFlight) if (!res.headersSent) res.setHeader('Connection', 'close');
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
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

function listen(server: Server, port: number, host: string | undefined, variable: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const why =
        error.code === 'EADDRINUSE'
          ? `port ${port} is taken by another program`
          : error.code === 'EACCES'
            ? `port ${port} may not be used without more rights`
            : `port ${port} could not be opened (${error.code})`;
      reject(
        new ListenError(
          `${variable}: ${why}. Stop that program, or choose another port: ${variable}=${port + 1} npm start`,
        ),
      );
    });
    server.listen(port, host, resolve);
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
