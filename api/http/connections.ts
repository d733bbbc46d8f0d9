/**
 * The connections of a server: which answers they may carry, and how they end.
 *
 * Two rules. Nothing is written behind an unfinished response, since the client would read it as
 * the answer to its command. A connection whose client still sends is closed so that the answer
 * arrives (linger.ts).
 */
import { type IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { createFairShare } from '../../platform/fair-share.ts';
import type { LogAddress } from '../../platform/log-address.ts';
import type { Logger } from '../../platform/logger.ts';
import { slowReadersCut } from '../../platform/metrics.ts';
import { subjectOfCaller } from '../limiter/rate-limit.ts';
import { Problem } from '../problem/problem.ts';
import { breakRequest } from './broken-request.ts';
import { CONNECTIONS_MAX } from './limits.ts';
import { closeLingering } from './linger.ts';
import { type ReadPace, type ReadPaceLimits, createReadPace } from './read-pace.ts';
import { answerUnreadable, noteUnreadable, problemOf } from './unreadable.ts';

interface Connection {
  /**
   * Responses that have not left whole, in the order of their requests.
   *
   * An array, not a Set: V8 replaces the table of a Set or Map now and then, and each old table
   * refers to the next. One table in the old generation then keeps all later requests from the
   * quick collection of young garbage (measured: docs/performance.md).
   */
  unfinished: ServerResponse[];
  /** Whether a response has left. */
  used: boolean;
  /** Whether its bytes are no longer readable as requests. */
  broken: boolean;
  /** Set while bytes wait for the client. */
  pace: ReadPace | undefined;
}

/** Node's error of an unreadable request. */
type ClientError = NodeJS.ErrnoException & { rawPacket?: Buffer; bytesParsed?: number };

export interface Connections {
  /** The response class, for `createServer`. */
  Response: typeof ServerResponse;
  /** Destroys a connection beyond the share of its address. */
  opened: (socket: Socket) => void;
  /** Follows a response until it has left. */
  track: (res: ServerResponse) => void;
  /** Destroys the connections of clients that read too slowly; call it at `checkIntervalMs`. */
  checkReaders: () => void;
  /** For `clientError`. */
  unreadable: (error: ClientError, socket: Socket) => void;
  /** For `connect`: this server has no tunnels. */
  refuseTunnel: (req: IncomingMessage, socket: Socket) => void;
  /** For `timeout`. */
  idle: (socket: Socket) => void;
  /** From now on, each answer is the last one of its connection. */
  drain: () => void;
}

export interface ConnectionsOptions {
  log: Logger;
  logAddress: LogAddress;
  readPace: ReadPaceLimits;
  /** Of all addresses together. */
  connectionsMax?: number;
}

/** A connection may stay open for days: an address alone has three quarters. */
const FREE_TIMES_MAX = 3;

export function createConnections(options: ConnectionsOptions): Connections {
  const { log, logAddress, readPace, connectionsMax = CONNECTIONS_MAX } = options;
  const logOf = (socket: Socket) => log.child({ client: logAddress(socket.remoteAddress ?? '') });
  const open = new Set<Socket>();
  const places = createFairShare({ capacity: connectionsMax, freeTimesMax: FREE_TIMES_MAX });
  let draining = false;

  /**
   * Decides with the head of an answer whether its connection stays open. No browser may guess the
   * type of an answer: the values in it are the clients'.
   */
  class Response extends ServerResponse {
    override writeHead(...args: unknown[]): this {
      const { broken, unfinished } = connectionOf(this.req.socket);
      // An answer before the end of the request: the rest of the request may never come.
      const early = !this.req.complete;
      if (!this.headersSent) this.setHeader('X-Content-Type-Options', 'nosniff');
      if (early || ((broken || draining) && unfinished.at(-1) === this)) this.shouldKeepAlive = false;
      return (super.writeHead as (...args: unknown[]) => this)(...args);
    }
  }

  return {
    Response: Response as typeof ServerResponse,
    opened(socket) {
      const leave = places.tryTake(subjectOfCaller(socket.remoteAddress));
      if (leave === undefined) return void socket.destroy();
      open.add(socket);
      socket.once('close', () => {
        leave();
        open.delete(socket);
      });
      lingerWhenUnread(socket);
    },
    track(res) {
      connectionOf(res.req.socket).unfinished.push(res);
      res.on('close', noteLeft);
    },
    checkReaders() {
      for (const socket of open) if (!keepsPace(socket, readPace)) destroySlow(socket, logOf(socket));
    },
    unreadable: (error, socket) => answerClientError(error, socket, logOf(socket)),
    refuseTunnel: (req, socket) => answerTunnel(req, socket, logOf(socket)),
    idle: destroyIdle,
    drain() {
      draining = true;
    },
  };
}

const connections = new WeakMap<Socket, Connection>();

function connectionOf(socket: Socket): Connection {
  let connection = connections.get(socket);
  if (connection === undefined) {
    connection = { unfinished: [], used: false, broken: false, pace: undefined };
    connections.set(socket, connection);
  }
  return connection;
}

/** One listener for all responses: a closure for each would cost each request. */
function noteLeft(this: ServerResponse): void {
  const connection = connectionOf(this.req.socket);
  connection.unfinished.splice(connection.unfinished.indexOf(this), 1);
  connection.used = true;
  if (connection.unfinished.length === 0) connection.pace = undefined;
}

/** The socket of a connection has counters that its stream lacks: a body is one chunk of it. */
interface CountedSocket extends Socket {
  _handle?: { bytesWritten: number; writeQueueSize: number } | null;
}

/** @returns false for a client that reads too slowly */
function keepsPace(socket: CountedSocket, limits: ReadPaceLimits): boolean {
  const connection = connectionOf(socket);
  const { _handle: handle } = socket;
  if (socket.writableLength === 0 || !handle) {
    connection.pace = undefined;
    return true;
  }
  const takenBytes = handle.bytesWritten - handle.writeQueueSize;
  connection.pace ??= createReadPace(limits, takenBytes, performance.now());
  return !connection.pace.isTooSlow(takenBytes, performance.now());
}

function destroySlow(socket: Socket, log: Logger): void {
  slowReadersCut.inc({ edge: 'http' });
  log.info({ unsent_bytes: socket.writableLength }, 'client reads too slowly, connection destroyed');
  // Frees the buffers of the kernel as well.
  socket.resetAndDestroy();
}

/** Replaces `destroySoon`, which Node calls after the last answer of a connection. */
function lingerWhenUnread(socket: Socket): void {
  const close = socket.destroySoon;
  let closing = false;
  socket.destroySoon = () => {
    const { broken, unfinished } = connectionOf(socket);
    if (closing) return close.call(socket);
    closing = true;
    const unread = broken || unfinished.some(({ req }) => !req.complete);
    if (unread) closeLingering(socket);
    else close.call(socket);
  };
}

function answerClientError(error: ClientError, socket: Socket, log: Logger): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const connection = connectionOf(socket);
  if (connection.broken) return;
  connection.broken = true;
  const reason = error.code ?? 'unknown';
  const last = connection.unfinished.at(-1);
  if (last === undefined) {
    if (connection.used && isStray(error)) noteUnreadable(log, { status: 400, reason: 'stray bytes' });
    else answerUnreadable(socket, problemOf(error, false), log, reason);
    closeLingering(socket);
    return;
  }
  // Read nothing more until the responses have left.
  socket.removeAllListeners('data');
  socket.on('data', () => {});
  socket.pause();
  if (last.req.complete) noteUnreadable(log, { status: 400, reason });
  else breakRequest(last.req, problemOf(error, true));
  closeBehind(last, socket);
}

function answerTunnel(req: IncomingMessage, socket: Socket, log: Logger): void {
  socket.on('error', () => socket.destroy());
  const connection = connectionOf(socket);
  connection.broken = true;
  const last = connection.unfinished.at(-1);
  // Behind unfinished responses it gets no answer.
  if (last === undefined) {
    const problem = new Problem('method_not_allowed', 'This server is not a proxy: CONNECT is not allowed.', {
      headers: { Allow: 'GET, HEAD, POST, PATCH, DELETE, OPTIONS' },
    });
    answerUnreadable(socket, problem, log, req.method ?? 'CONNECT');
    closeLingering(socket);
  } else closeBehind(last, socket);
}

/** A client that waits for its answer is not idle. */
function destroyIdle(socket: Socket): void {
  if (connectionOf(socket).unfinished.length === 0) socket.destroy();
}

/** Closes after a response whose head has left; a later head has `Connection: close`. */
function closeBehind(last: ServerResponse, socket: Socket): void {
  if (last.headersSent) last.once('finish', () => closeLingering(socket));
}

/** Whether bytes behind a request start no new one: a body longer than its Content-Length. */
function isStray({ rawPacket, bytesParsed = 0 }: ClientError): boolean {
  const first = rawPacket?.[bytesParsed];
  return first !== undefined && !/[A-Za-z]/.test(String.fromCharCode(first));
}
