/**
 * What grpc-js has no name for in its own API, and keeps at these places: the stream of HTTP/2
 * behind a call, the number of messages that a call reads ahead, the servers that listen. A test
 * asks for each of them, so that an update which moves one is noticed.
 */
import { type Http2Server, type ServerHttp2Stream, constants } from 'node:http2';
import type { Server } from '@grpc/grpc-js';

/** @throws {Error} when it is not where it was */
export function http2StreamOf(raw: object): ServerHttp2Stream {
  const stream = (raw as { call?: { stream?: ServerHttp2Stream } }).call?.stream;
  if (typeof stream?.close === 'function') return stream;
  throw new Error('grpc-js does not keep the stream of a call where it did');
}

/**
 * Ends a call whose client does not take what it is sent. Clients read this as RESOURCE_EXHAUSTED.
 */
export function cutOff(raw: object): void {
  http2StreamOf(raw).close(constants.NGHTTP2_ENHANCE_YOUR_CALM);
}

/**
 * One message at a time: each stream would else hold sixteen of a quarter MiB, which nothing
 * counts.
 */
export function readNoFurther(raw: object): void {
  const { _readableState: state } = raw as { _readableState?: { highWaterMark: number } };
  if (state === undefined) throw new Error('Node does not keep the state of a stream where it did');
  state.highWaterMark = 1;
}

/** What listens: more than one where a name has several addresses. */
export function http2ServersOf(server: Server): Http2Server[] {
  const { http2Servers } = server as unknown as { http2Servers?: Map<Http2Server, unknown> };
  if (!http2Servers?.size) throw new Error('grpc-js does not keep its servers where it did');
  return [...http2Servers.keys()];
}
