/**
 * Bounds an unidentified peer: connections, calls, requests that arrive slowly or not at all, and
 * unread answers of the services that need no key. grpc-js reads a unary request whole before it
 * calls the handler, and so before the API key is checked.
 */
import { type IncomingHttpHeaders, type ServerHttp2Stream, constants } from 'node:http2';
import type { Socket } from 'node:net';
import type { Server } from '@grpc/grpc-js';
import { createFairShare } from '../../../platform/fair-share.ts';
import type { ByteBudget } from '../../http/byte-budget.ts';
import { slowReadersCut } from '../../../platform/metrics.ts';
import { COUNTED_BYTES_MIN } from '../../http/answer-room.ts';
import { subjectOfCaller } from '../../limiter/rate-limit.ts';
import { OrderServiceService } from '../generated/orders.ts';
import { http2ServersOf } from './http2-stream.ts';
import { CALLS_MAX, CONNECTIONS_MAX, REQUEST_CHECK_MS, REQUEST_MS, STALL_MS } from './limits.ts';

const ORDER_PATHS = new Set<string | undefined>(Object.values(OrderServiceService).map(({ path }) => path));

/** Both are kept for long: an address alone has three quarters. */
const FREE_TIMES_MAX = 3;

/** The limits of all addresses together. */
export interface Bounds {
  connectionsMax: number;
  callsMax: number;
  requestMs: number;
  /** For the answers of health and reflection. The sink and the frame watch those of the orders. */
  unreadMs: number;
}

/**
 * @param server must listen already
 * @param bytes counts the bytes of requests, by address
 * @returns a function that stops the checks
 */
export function boundArrivals(
  server: Server,
  bytes: ByteBudget,
  { connectionsMax, callsMax, requestMs, unreadMs }: Bounds = {
    connectionsMax: CONNECTIONS_MAX,
    callsMax: CALLS_MAX,
    requestMs: REQUEST_MS,
    unreadMs: STALL_MS,
  },
): () => void {
  const calls = createFairShare({ capacity: callsMax, freeTimesMax: FREE_TIMES_MAX });
  const connections = createFairShare({ capacity: connectionsMax, freeTimesMax: FREE_TIMES_MAX });
  /** Calls whose client has not ended its request, with the start of the wait. */
  const unfinished = new Map<ServerHttp2Stream, number>();
  /** Calls of services that need no key, with the time since which their client has not read. */
  const keyless = new Map<ServerHttp2Stream, number | undefined>();

  function arrive(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
    const address = addressOf(stream.session?.socket);
    const release = calls.tryTake(address);
    // In HTTP/2 this code means that the server did nothing: the client may send again.
    if (release === undefined) return stream.close(constants.NGHTTP2_REFUSED_STREAM);
    stream.once('close', () => {
      release();
      unfinished.delete(stream);
      keyless.delete(stream);
    });
    if (!ORDER_PATHS.has(headers[':path'])) keyless.set(stream, undefined);
    // PlaceOrders checks the API key before it reads a message.
    if (headers[':path'] !== OrderServiceService.placeOrders.path) awaitRequest(stream, address);
    // After the answer, the client has to end its request.
    stream.once('finish', () => {
      if (!stream.closed) unfinished.set(stream, performance.now());
    });
  }

  function awaitRequest(stream: ServerHttp2Stream, address: string): void {
    unfinished.set(stream, performance.now());
    const held: (() => void)[] = [];
    const release = () => {
      for (const each of held.splice(0)) each();
    };
    let arrivedBytes = 0;
    // grpc-js has its own listener, which controls the flow.
    stream.on('data', ({ byteLength }: Buffer) => {
      arrivedBytes += byteLength;
      if (arrivedBytes > COUNTED_BYTES_MIN)
        held.push(bytes.hold(address, byteLength, () => stream.close(constants.NGHTTP2_ENHANCE_YOUR_CALM)));
    });
    stream.once('end', () => {
      unfinished.delete(stream);
      release();
    });
    stream.once('close', release);
  }

  function connected(socket: Socket): void {
    const release = connections.tryTake(addressOf(socket));
    if (release === undefined) socket.destroy();
    else socket.once('close', release);
  }

  for (const listening of http2ServersOf(server)) {
    listening.maxConnections = connectionsMax;
    listening.on('connection', connected);
    listening.on('stream', arrive);
  }
  function closeLate(): void {
    const now = performance.now();
    for (const [stream, since] of unfinished)
      if (now - since > requestMs) stream.close(constants.NGHTTP2_CANCEL);
    for (const [stream, since = now] of keyless) {
      keyless.set(stream, stream.writableLength > 0 ? since : undefined);
      if (stream.writableLength === 0 || now - since < unreadMs) continue;
      slowReadersCut.inc({ edge: 'grpc' });
      stream.close(constants.NGHTTP2_ENHANCE_YOUR_CALM);
    }
  }
  const timer = setInterval(closeLate, Math.min(REQUEST_CHECK_MS, requestMs, unreadMs));
  return () => clearInterval(timer);
}

const addressOf = (socket: Pick<Socket, 'remoteAddress'> | undefined): string =>
  subjectOfCaller(socket?.remoteAddress);
