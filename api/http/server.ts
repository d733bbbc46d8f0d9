/** The HTTP server around an app: limits against slow and greedy clients, and a way to stop that drops no answer. */
import cluster from 'node:cluster';
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import {
  type AddressInfo,
  type Server as NetServer,
  type Socket,
  createServer as createNetServer,
} from 'node:net';
import type Koa from 'koa';
import type { Logger } from '../../platform/logger.ts';
import type { Admission } from '../admission.ts';
import { createConnections } from './connections.ts';
import { CONNECTIONS_MAX, HTTP_LIMITS, STALL_LOOK_MS } from './limits.ts';

/**
 * Sockets that listen on the port. Node accepts one connection a socket and turn of the event loop: in a storm, with turns of 50 ms, clients that were cut
 * off and come back would wait for seconds. (Measured: 149 connections in 150 turns with one socket, as many a turn as there are sockets with more; docs/load.md.)
 */
const LISTENERS = process.platform === 'linux' && cluster.isPrimary ? 64 : 1;

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
  log: Logger;
}

/** @throws {ListenError} */
export async function serve(
  app: Koa,
  { port, host, variable, admission, log }: ServeOptions,
): Promise<RunningServer> {
  const connections = createConnections(log);
  const handle = app.callback();
  const options = { ...HTTP_LIMITS, requireHostHeader: false, ServerResponse: connections.Response };
  const take = (req: IncomingMessage, res: ServerResponse) => {
    connections.track(res);
    if (admission === undefined || admission.admit(req, res)) void handle(req, res);
  };
  const server = createServer(options, take);
  // Who asks for leave to send a body gets it when the body is read, and who expects anything else is refused by the app.
  server.on('checkContinue', take).on('checkExpectation', take);
  // Node drops fields beyond a count in silence; the app counts them, and maxHeaderSize bounds them.
  server.maxHeadersCount = 0;
  const stalls = setInterval(connections.lookForStalls, STALL_LOOK_MS).unref();
  server
    .on('timeout', connections.idle)
    .on('connection', connections.opened)
    .on('clientError', connections.unreadable)
    .on('connect', connections.refuseTunnel);
  const listeners: NetServer[] = [server];
  while (listeners.length < LISTENERS) {
    const forward = (socket: Socket) => void server.emit('connection', socket);
    listeners.push(createNetServer({ allowHalfOpen: true, noDelay: true }, forward));
  }
  for (const each of listeners) each.maxConnections = Math.ceil(CONNECTIONS_MAX / LISTENERS);
  await listenTogether(listeners, port, host, variable);

  return {
    port: (server.address() as AddressInfo).port,
    async stop(graceMs) {
      connections.drain();
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
      clearInterval(stalls);
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
