/**
 * What a connection may be told, and when it ends.
 *
 * Two rules stand behind all of this. Nothing is written to a connection with an unfinished
 * response, for the client would read it as the answer to its command. And a connection that is
 * closed under a client that still sends is closed so that the answer arrives (linger.ts).
 */
import { type IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Logger } from '../../logger.ts';
import { Problem } from '../problem.ts';
import { breakRequest } from './broken-request.ts';
import { closeLingering } from './linger.ts';
import { answerUnreadable, noteUnreadable, problemOf } from './unreadable.ts';

interface Connection {
  /** Responses that have not left whole, in the order of their requests. */
  unfinished: Set<ServerResponse>;
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
  let draining = false;

  const connectionOf = (socket: Socket): Connection => {
    let connection = connections.get(socket);
    if (connection === undefined) {
      connection = { unfinished: new Set(), used: false, broken: false };
      connections.set(socket, connection);
    }
    return connection;
  };
  const lastOf = (responses: Set<ServerResponse>): ServerResponse | undefined => [...responses].at(-1);

  /** Decides with the head of an answer whether its connection goes on. */
  class Response extends ServerResponse {
    override writeHead(...args: unknown[]): this {
      const { socket } = this.req;
      const { broken, unfinished } = connectionOf(socket);
      // An answer before the whole request has arrived: the rest is worth nothing, and may never come.
      const early = !this.req.complete;
      if (early || ((broken || draining) && lastOf(unfinished) === this)) this.shouldKeepAlive = false;
      return (super.writeHead as (...args: unknown[]) => this)(...args);
    }
  }

  return {
    Response: Response as typeof ServerResponse,

    opened(socket) {
      // Node calls this when the last answer of a connection has been written.
      const close = socket.destroySoon;
      let closing = false;
      socket.destroySoon = () => {
        const { broken, unfinished } = connectionOf(socket);
        if (closing) return close.call(socket);
        closing = true;
        const unread = broken || [...unfinished].some(({ req }) => !req.complete);
        if (unread) closeLingering(socket);
        else close.call(socket);
      };
    },

    track(res) {
      const connection = connectionOf(res.req.socket);
      connection.unfinished.add(res);
      res.once('close', () => {
        connection.unfinished.delete(res);
        connection.used = true;
      });
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
      const last = lastOf(connection.unfinished);
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
      const last = lastOf(connection.unfinished);
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
      if (unfinished.size > 0 && socket.writableLength === 0) return;
      if (unfinished.size > 0)
        log.info({ unsent_bytes: socket.writableLength }, 'client takes no bytes: cut off');
      socket.destroy();
    },

    drain() {
      draining = true;
    },
  };
}

/** Closes behind a response whose head has left; one whose head has not says `Connection: close` itself. */
function closeBehind(last: ServerResponse, socket: Socket): void {
  if (last.headersSent) last.once('finish', () => closeLingering(socket));
}

/** Whether what follows the last request is no beginning of another one: a body with more bytes than its Content-Length says. */
function isStray({ rawPacket, bytesParsed = 0 }: { rawPacket?: Buffer; bytesParsed?: number }): boolean {
  const first = rawPacket?.[bytesParsed];
  return first !== undefined && !/[A-Za-z]/.test(String.fromCharCode(first));
}
