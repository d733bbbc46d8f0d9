/**
 * The writing side of a stream. It buffers little, and ends a stream whose client does not read.
 */
import type { ServerErrorResponse } from '@grpc/grpc-js';
import { grpcMessagesSent } from '../../../platform/metrics.ts';
import { cutOff } from './http2-stream.ts';
import { CUT_MS, STALL_MS, STREAM_UNSENT_BYTES_MAX } from './limits.ts';

/** The parts of grpc-js calls that the sink uses. */
export interface RawSink {
  write: (message: Buffer, taken: (error?: Error | null) => void) => boolean;
  end: () => unknown;
  emit: (event: 'error', error: Error) => unknown;
  once: (event: 'close', listener: () => void) => unknown;
  destroyed: boolean;
}

/** A method sends its messages through this. */
export interface Outlet<Response> {
  encode: (response: Response) => Buffer;
  /** Sends a message. Resolves when there is room for another one. */
  send: (message: Buffer) => Promise<void>;
  /** Bytes that are sent and unread. */
  unsent: () => number;
  /** Ends the call without a status. */
  cut: () => void;
}

export interface Sink extends Omit<Outlet<unknown>, 'encode'> {
  /** Ends the stream, with a failure if there is one. */
  end: (failure?: ServerErrorResponse) => void;
}

/**
 * @param name of the method
 * @param gone aborts when the client has cancelled
 * @param stalled called when the client has read nothing for {@link STALL_MS}; returns its status
 */
export function createSink(
  name: string,
  raw: RawSink,
  gone: AbortSignal,
  stalled: () => ServerErrorResponse,
): Sink {
  const sent = grpcMessagesSent.labels({ method: name });
  let unsentBytes = 0;
  let state: 'open' | 'ended' | 'closed' = 'open';
  let lastReadAt = performance.now();
  let timer: NodeJS.Timeout | undefined;
  let makeRoom = () => {};
  let room: Promise<void> | undefined;

  /** Checks for a stall while the client has something to read. */
  function watch(ms = STALL_MS): void {
    timer ??= setTimeout(checkStall, ms).unref();
  }
  function checkStall(): void {
    timer = undefined;
    if (state === 'closed' || (state === 'open' && unsentBytes === 0)) return;
    const remainingMs = lastReadAt + STALL_MS - performance.now();
    if (remainingMs > 0) return watch(remainingMs);
    if (state === 'open') end(stalled());
    timer = setTimeout(cut, CUT_MS).unref();
  }
  function cut(): void {
    if (state !== 'closed') cutOff(raw);
  }
  function end(failure?: ServerErrorResponse): void {
    if (state !== 'open') return;
    state = 'ended';
    makeRoom();
    watch();
    if (failure) raw.emit('error', failure);
    else raw.end();
  }

  gone.addEventListener('abort', () => makeRoom(), { once: true });
  raw.once('close', () => {
    state = 'closed';
    clearTimeout(timer);
    makeRoom();
  });
  return {
    async send(message) {
      if (gone.aborted || state !== 'open') return;
      sent.inc();
      if (unsentBytes === 0) {
        lastReadAt = performance.now();
        watch();
      }
      unsentBytes += message.byteLength;
      raw.write(message, () => {
        unsentBytes -= message.byteLength;
        lastReadAt = performance.now();
        if (unsentBytes < STREAM_UNSENT_BYTES_MAX) makeRoom();
      });
      if (unsentBytes < STREAM_UNSENT_BYTES_MAX) return;
      room ??= new Promise((resolve) => {
        makeRoom = () => {
          room = undefined;
          makeRoom = () => {};
          resolve();
        };
      });
      await room;
    },
    unsent: () => unsentBytes,
    cut,
    end,
  };
}
