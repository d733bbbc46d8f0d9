/** The side of a stream that we write to. It keeps nothing for a client that does not read. */
import type { ServerErrorResponse } from '@grpc/grpc-js';
import { grpcMessagesSent } from '../../../platform/metrics.ts';
import { cutOff } from './http2-stream.ts';
import { CUT_MS, STALL_MS, STREAM_UNSENT_BYTES_MAX } from './limits.ts';

/** The parts of grpc-js' calls that are used here. */
export interface RawSink {
  write: (message: Buffer, taken: (error?: Error | null) => void) => boolean;
  end: () => unknown;
  emit: (event: 'error', error: Error) => unknown;
  once: (event: 'close', listener: () => void) => unknown;
  destroyed: boolean;
}

/** What a method sends its messages by. */
export interface Outlet<Response> {
  encode: (response: Response) => Buffer;
  /**
   * Sends a message, and resolves when there is room for another one: at once, when the client
   * reads.
   */
  send: (message: Buffer) => Promise<void>;
  /** Bytes that were sent and not taken. */
  unsent: () => number;
  /** Ends the call without a word. */
  cut: () => void;
}

export interface Sink extends Omit<Outlet<unknown>, 'encode'> {
  /** Ends the stream, with a failure if there is one. */
  end: (failure?: ServerErrorResponse) => void;
}

/**
 * @param name of the method
 * @param gone aborted when nobody takes the messages any more
 * @param stalled called when the client has taken no message for too long; answers what it is told
 */
export function createSink(
  name: string,
  raw: RawSink,
  gone: AbortSignal,
  stalled: () => ServerErrorResponse,
): Sink {
  const sent = grpcMessagesSent.labels({ method: name });
  let unsent = 0;
  let state: 'open' | 'ended' | 'closed' = 'open';
  let lastTaken = performance.now();
  let timer: NodeJS.Timeout | undefined;
  let makeRoom = () => {};
  let room: Promise<void> | undefined;

  /** Looks after the client for as long as it has something to take. */
  function watch(ms = STALL_MS): void {
    timer ??= setTimeout(look, ms).unref();
  }
  function look(): void {
    timer = undefined;
    if (state === 'closed' || (state === 'open' && unsent === 0)) return;
    const left = lastTaken + STALL_MS - performance.now();
    if (left > 0) return watch(left);
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
      if (unsent === 0) {
        lastTaken = performance.now();
        watch();
      }
      unsent += message.byteLength;
      raw.write(message, () => {
        unsent -= message.byteLength;
        lastTaken = performance.now();
        if (unsent < STREAM_UNSENT_BYTES_MAX) makeRoom();
      });
      if (unsent < STREAM_UNSENT_BYTES_MAX) return;
      room ??= new Promise((resolve) => {
        makeRoom = () => {
          room = undefined;
          makeRoom = () => {};
          resolve();
        };
      });
      await room;
    },
    unsent: () => unsent,
    cut,
    end,
  };
}
