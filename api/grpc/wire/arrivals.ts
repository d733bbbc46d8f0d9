/**
 * Bounds on what a peer may hold before anybody knows whose it is: connections, calls, and requests
 * that arrive slowly or not at all. grpc-js reads a unary request whole before it calls a handler,
 * and so before the API key is looked at.
 */
import { type IncomingHttpHeaders, type ServerHttp2Stream, constants } from 'node:http2';
import type { Server } from '@grpc/grpc-js';
import type { ByteBudget } from '../../http/byte-budget.ts';
import { COUNTED_BYTES_MIN } from '../../http/answer-room.ts';
import { subjectOfAddress } from '../../limiter/rate-limit.ts';
import { OrderServiceService } from '../generated/orders.ts';
import { http2ServersOf } from './http2-stream.ts';
import { CALLS_MAX, CONNECTIONS_MAX, REQUEST_LOOK_MS, REQUEST_MS } from './limits.ts';

export interface Bounds {
  connectionsMax: number;
  callsMax: number;
  requestMs: number;
}

/**
 * @param server listens already
 * @param bytes counts requests by the address that they come from
 * @returns ends it
 */
export function boundArrivals(
  server: Server,
  bytes: ByteBudget,
  { connectionsMax, callsMax, requestMs }: Bounds = {
    connectionsMax: CONNECTIONS_MAX,
    callsMax: CALLS_MAX,
    requestMs: REQUEST_MS,
  },
): () => void {
  let open = 0;
  /** Since when a client has owed the end of its request. */
  const owed = new Map<ServerHttp2Stream, number>();

  function arrive(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
    open += 1;
    stream.once('close', () => {
      open -= 1;
      owed.delete(stream);
    });
    // To be sent again, says HTTP/2: nothing was done.
    if (open > callsMax) return stream.close(constants.NGHTTP2_REFUSED_STREAM);
    // Its API key is looked at before any of its messages is read.
    if (headers[':path'] !== OrderServiceService.placeOrders.path) oweRequest(stream);
    // Answered: what is still to come of the request is for nobody.
    stream.once('finish', () => {
      if (!stream.closed) owed.set(stream, performance.now());
    });
  }

  function oweRequest(stream: ServerHttp2Stream): void {
    owed.set(stream, performance.now());
    const address = subjectOfAddress(stream.session?.socket?.remoteAddress ?? '') ?? 'unknown';
    const held: (() => void)[] = [];
    const release = () => {
      for (const each of held.splice(0)) each();
    };
    let arrived = 0;
    // grpc-js has a listener already, and decides when the stream flows.
    stream.on('data', ({ byteLength }: Buffer) => {
      arrived += byteLength;
      if (arrived > COUNTED_BYTES_MIN)
        held.push(bytes.hold(address, byteLength, () => stream.close(constants.NGHTTP2_ENHANCE_YOUR_CALM)));
    });
    stream.once('end', () => {
      owed.delete(stream);
      release();
    });
    stream.once('close', release);
  }

  for (const listening of http2ServersOf(server)) {
    listening.maxConnections = connectionsMax;
    listening.on('stream', arrive);
  }
  const look = () => {
    const late = performance.now() - requestMs;
    for (const [stream, since] of owed) if (since < late) stream.close(constants.NGHTTP2_CANCEL);
  };
  const looking = setInterval(look, Math.min(REQUEST_LOOK_MS, requestMs));
  return () => clearInterval(looking);
}
