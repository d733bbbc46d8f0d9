/**
 * The HTTP server of an app: limits against slow and greedy clients, and a stop that loses no
 * answer.
 */
import cluster from 'node:cluster';
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import {
  type AddressInfo,
  type Server as NetServer,
  type Socket,
  createServer as createNetServer,
} from 'node:net';
import type Koa from 'koa';
import type { LogAddress } from '../../platform/log-address.ts';
import type { Logger } from '../../platform/logger.ts';
import type { Admission } from '../admission/admission.ts';
import { createConnections } from './connections.ts';
import { CONNECTIONS_MAX, HTTP_LIMITS, READ_PACE } from './limits.ts';
import { START_COMMAND } from '../../platform/settings/start-command.ts';

/**
 * Sockets that listen on one port. Node accepts one connection a socket and turn of the event loop:
 * in a retry storm, with turns of 50 ms, clients would wait for seconds. Measured: 149 connections
 * in 150 turns with one socket (docs/load.md).
 */
const LISTENER_COUNT = process.platform === 'linux' && cluster.isPrimary && maySharePort() ? 64 : 1;

/** `reusePort` came with Node 22.12. An older Node ignores it, and the second socket would fail. */
function maySharePort(): boolean {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  return major > 22 || (major === 22 && minor >= 12);
}

/** During the drain. */
const IDLE_CHECK_INTERVAL_MS = 50;

export interface RunningServer {
  port: number;
  /** Drains: refuses new connections, and cuts requests that are in flight after `graceMs`. */
  stop: (graceMs: number) => Promise<void>;
}

/** The port cannot be opened. The message names the remedy. */
export class ListenError extends Error {
  override name = 'ListenError';
  /** Code of the system, such as `EADDRINUSE`. */
  readonly code: string;

  /** @param variable of the environment that has the port */
  constructor(variable: string, port: number, code: string) {
    const why =
      code === 'EADDRINUSE'
        ? `port ${port} is taken by another program`
        : code === 'EACCES'
          ? `port ${port} may not be used without more rights`
          : `port ${port} could not be opened (${code})`;
    super(
      `${variable}: ${why}. Stop that program, or choose another port: ${variable}=${port + 1} ${START_COMMAND}`,
    );
    this.code = code;
  }
}

export interface ServeOptions {
  /** 0 chooses a free port. */
  port: number;
  host: string | undefined;
  /** Environment variable that has the port, for the error message. */
  variable: string;
  /** Load shedding; admits all requests when left out. */
  admission?: Admission | undefined;
  log: Logger;
  /** Lines about connections have no address without it. */
  logAddress?: LogAddress;
}

/** @throws {ListenError} */
export async function serve(
  app: Koa,
  { port, host, variable, admission, log, logAddress = () => undefined }: ServeOptions,
): Promise<RunningServer> {
  const connections = createConnections({ log, logAddress, readPace: READ_PACE });
  const handle = app.callback();
  const options = { ...HTTP_LIMITS, requireHostHeader: false, ServerResponse: connections.Response };
  const admit = (req: IncomingMessage, res: ServerResponse) => {
    connections.track(res);
    const isAdmitted = admission === undefined || admission.admit(req, res);
    if (isAdmitted === true) void handle(req, res);
    else if (isAdmitted !== false) void handleLater(isAdmitted, req, res);
  };
  const handleLater = async (admitted: Promise<boolean>, req: IncomingMessage, res: ServerResponse) => {
    if (await admitted) await handle(req, res);
  };
  const server = createServer(options, admit);
  // The app answers Expect: 100-continue before it reads the body, anything else with 417.
  server.on('checkContinue', admit).on('checkExpectation', admit);
  // Node silently drops fields beyond a count; request-head.ts counts them instead.
  server.maxHeadersCount = 0;
  const readers = setInterval(connections.checkReaders, READ_PACE.checkIntervalMs).unref();
  server
    .on('timeout', connections.idle)
    .on('connection', connections.opened)
    .on('clientError', connections.unreadable)
    .on('connect', connections.refuseTunnel);
  const listeners: NetServer[] = [server];
  while (listeners.length < LISTENER_COUNT) {
    const forward = (socket: Socket) => void server.emit('connection', socket);
    listeners.push(createNetServer({ allowHalfOpen: true, noDelay: true }, forward));
  }
  for (const each of listeners) each.maxConnections = Math.ceil(CONNECTIONS_MAX / LISTENER_COUNT);
  await listenTogether(listeners, port, host, variable);

  return {
    port: (server.address() as AddressInfo).port,
    async stop(graceMs) {
      connections.drain();
      const closed = Promise.all(
        listeners.map((each) => new Promise<void>((resolve) => each.close(() => resolve()))),
      );
      // close() also waits for idle keep-alive connections, which end only when their clients
      // close.
      const idle = setInterval(() => server.closeIdleConnections(), IDLE_CHECK_INTERVAL_MS);
      const cut = setTimeout(() => server.closeAllConnections(), graceMs);
      server.closeIdleConnections();
      admission?.stop();
      await closed;
      clearInterval(idle);
      clearTimeout(cut);
      clearInterval(readers);
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
  // A port with reusePort can be shared with another program. Opening it alone first detects that.
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
