/**
 * What a connection may be told, and when it ends.
 *
 * Two rules stand behind all of this. Nothing is written to a connection with an unfinished
 * response, for the client would read it as the answer to its command. And a connection that is
 * closed under a client that still sends is closed so that the answer arrives (linger.ts).
 */
import { type IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Logger } from '../../platform/logger.ts';
import { Problem } from '../problem/problem.ts';
import { breakRequest } from './broken-request.ts';
import { STALL_CHECK_MS } from './limits.ts';
import { closeLingering } from './linger.ts';
import { answerUnreadable, noteUnreadable, problemOf } from './unreadable.ts';

interface Connection {
  /**
   * Responses that have not left whole, in the order of their requests.
   *
   * An array, and not a Set: where entries come and go, V8 replaces the table of a Set or Map ever
   * so often, and each old table refers to the next one. A single one that has grown old keeps all
   * that follow, and the requests in them, from the quick collection of young garbage (measured:
   * docs/performance.md).
   */
  unfinished: ServerResponse[];
  /** Whether a response has left. */
  used: boolean;
  /** Whether its bytes cannot be read as requests any more. */
  broken: boolean;
}

export interface Connections {
  /** The class of responses, for `createServer`. */
  Response: typeof ServerResponse;
  opened: (socket: Socket) => void;
  /** Follows a response until it has left. */
  track: (res: ServerResponse) => void;
  /** Looks which clients take no bytes of their answers; to be called every `STALL_LOOK_MS`. */
  lookForStalls: () => void;
  /** For `clientError`. */
  unreadable: (
    error: NodeJS.ErrnoException & { rawPacket?: Buffer; bytesParsed?: number },
    socket: Socket,
  ) => void;
  /** For `connect`: there is no tunnel through this server. */
  refuseTunnel: (req: IncomingMessage, socket: Socket) => void;
  /** For `timeout`. */
  idle: (socket: Socket) => void;
  /** From now on, each answer is the last one of its connection. */
  drain: () => void;
}

export function createConnections(log: Logger): Connections {
  const connections = new WeakMap<Socket, Connection>();
  const open = new Set<Socket>();
  let draining = false;

  const connectionOf = (socket: Socket): Connection => {
    let connection = connections.get(socket);
    if (connection === undefined) {
      connection = { unfinished: [], used: false, broken: false };
      connections.set(socket, connection);
    }
    return connection;
  };
  /** Decides with the head of an answer whether its connection goes on. */
  class Response extends ServerResponse {
    override writeHead(...args: unknown[]): this {
      const { broken, unfinished } = connectionOf(this.req.socket);
      // An answer before the whole request has arrived: the rest is worth nothing, and may never come.
      const early = !this.req.complete;
      if (early || ((broken || draining) && unfinished.at(-1) === this)) this.shouldKeepAlive = false;
      return (super.writeHead as (...args: unknown[]) => this)(...args);
    }
  }

  /** One function for all responses: a closure for each would cost each request its making. */
  function left(this: ServerResponse): void {
    const connection = connectionOf(this.req.socket);
    connection.unfinished.splice(connection.unfinished.indexOf(this), 1);
    connection.used = true;
  }

  return {
    Response: Response as typeof ServerResponse,

    opened(socket) {
      open.add(socket);
      socket.once('close', () => open.delete(socket));
      // Node calls this when the last answer of a connection has been written.
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
    },

    track(res) {
      connectionOf(res.req.socket).unfinished.push(res);
      res.on('close', left);
    },

    lookForStalls() {
      // Node ends the timeout by itself: with the end of the answer, or when the next request
      // comes.
      for (const socket of open)
        if (socket.writableLength > 0 && !socket.timeout) socket.setTimeout(STALL_CHECK_MS);
    },

    unreadable(error, socket) {
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
      // Reads nothing more until the responses have left.
      socket.removeAllListeners('data');
      socket.on('data', () => {});
      socket.pause();
      if (last.req.complete) noteUnreadable(log, { status: 400, reason });
      else breakRequest(last.req, problemOf(error, true));
      closeBehind(last, socket);
    },

    refuseTunnel(req, socket) {
      socket.on('error', () => socket.destroy());
      const connection = connectionOf(socket);
      connection.broken = true;
      const last = connection.unfinished.at(-1);
      // Behind other requests on its connection, it has no answer: theirs have not left.
      if (last === undefined) {
        const problem = new Problem('method_not_allowed', 'There is no tunnel through this server.', {
          headers: { Allow: 'GET, HEAD, POST, PATCH, DELETE, OPTIONS' },
        });
        answerUnreadable(socket, problem, log, req.method ?? 'CONNECT');
        closeLingering(socket);
      } else closeBehind(last, socket);
    },

    idle(socket) {
      const { unfinished } = connectionOf(socket);
      // Who waits for an answer that is being made is not idle.
      if (unfinished.length > 0 && socket.writableLength === 0) return;
      if (unfinished.length > 0)
        log.info({ unsent_bytes: socket.writableLength }, 'client takes no bytes: cut off');
      socket.destroy();
    },

    drain() {
      draining = true;
    },
  };
}

/**
 * Closes behind a response whose head has left; one whose head has not says `Connection: close`
 * itself.
 */
function closeBehind(last: ServerResponse, socket: Socket): void {
  if (last.headersSent) last.once('finish', () => closeLingering(socket));
}

/** Whether what follows the last request is no beginning of another one: a body with more bytes than its Content-Length says. */
function isStray({ rawPacket, bytesParsed = 0 }: { rawPacket?: Buffer; bytesParsed?: number }): boolean {
  const first = rawPacket?.[bytesParsed];
  return first !== undefined && !/[A-Za-z]/.test(String.fromCharCode(first));
}
