/**
 * Reaches private fields of grpc-js: the HTTP/2 stream of a call, its read-ahead, the listening
 * servers. A test reads each of them, so that an update of grpc-js that moves one fails.
 */
import { type Http2Server, type ServerHttp2Stream, constants } from 'node:http2';
import type { Server } from '@grpc/grpc-js';

/** @throws {Error} grpc-js has moved the field */
export function http2StreamOf(raw: object): ServerHttp2Stream {
  const stream = (raw as { call?: { stream?: ServerHttp2Stream } }).call?.stream;
  if (typeof stream?.close === 'function') return stream;
  throw new Error('grpc-js has moved call.stream: update http2-stream.ts');
}

/** Ends a call whose client does not read. gRPC maps this HTTP/2 code to RESOURCE_EXHAUSTED. */
export function cutOff(raw: object): void {
  http2StreamOf(raw).close(constants.NGHTTP2_ENHANCE_YOUR_CALM);
}

/** Reads one message ahead. The default of 16 messages would hold 4 MiB a stream, uncounted. */
export function readNoFurther(raw: object): void {
  const { _readableState: state } = raw as { _readableState?: { highWaterMark: number } };
  if (state === undefined) throw new Error('Node has moved _readableState: update http2-stream.ts');
  state.highWaterMark = 1;
}

/** The listening servers: several if the host name has several addresses. */
export function http2ServersOf(server: Server): Http2Server[] {
  const { http2Servers } = server as unknown as { http2Servers?: Map<Http2Server, unknown> };
  if (!http2Servers?.size) throw new Error('grpc-js has moved http2Servers: update http2-stream.ts');
  return [...http2Servers.keys()];
}
