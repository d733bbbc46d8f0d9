/** A gRPC client that never reads: calls over bare HTTP/2, whose answers stay on the server. */
import { type ClientHttp2Session, type ClientHttp2Stream, connect, constants } from 'node:http2';

const SERVICE = '/holdfast.orders.v1.OrderService/';

/** A message as gRPC frames it. */
function framed(message: Uint8Array): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.byteLength, 1);
  return Buffer.concat([head, message]);
}

export interface DeafCall {
  stream: ClientHttp2Stream;
  /** Resolves with the HTTP/2 code of the server's reset. */
  ended: Promise<number>;
}

export interface DeafClient {
  /**
   * Calls a method of OrdersService, or one by its full path. The stream accepts more messages.
   */
  call: (method: string, message?: Uint8Array, more?: { open: boolean }) => DeafCall;
  session: ClientHttp2Session;
  close: () => void;
}

/**
 * @param address `127.0.0.1:PORT`
 * @param bufferBytes bytes of an answer that the client buffers
 */
export function connectDeaf(address: string, apiKey: string, bufferBytes = 0): DeafClient {
  // No limit for sent data that waits for flow control: this client waits.
  const session = connect(`http://${address}`, {
    maxSessionMemory: 1_000,
    settings: { initialWindowSize: bufferBytes },
  });
  session.on('error', () => {});
  return {
    session,
    call(method, message, { open } = { open: false }) {
      const stream = session.request({
        [constants.HTTP2_HEADER_METHOD]: 'POST',
        [constants.HTTP2_HEADER_PATH]: method.startsWith('/') ? method : SERVICE + method,
        'content-type': 'application/grpc',
        te: 'trailers',
        authorization: `Bearer ${apiKey}`,
      });
      stream.on('error', () => {});
      // Without a data listener nothing is read, so HTTP/2 flow control never continues.
      const ended = new Promise<number>((resolve) =>
        stream.once('close', () => resolve(stream.rstCode ?? 0)),
      );
      if (message !== undefined) stream.write(framed(message));
      if (!open) stream.end();
      return { stream, ended };
    },
    close: () => session.destroy(),
  };
}

/** Writes a message several times. */
export const writeTo = ({ stream }: DeafCall, message: Uint8Array, times = 1): boolean =>
  stream.write(Buffer.concat(Array<Buffer>(times).fill(framed(message))));
