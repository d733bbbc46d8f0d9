/**
 * The writing side of a stream. It buffers little, and ends a stream whose client does not read.
 */
import type { ServerErrorResponse } from '@grpc/grpc-js';
import { grpcMessagesSent, slowReadersCut } from '../../../platform/metrics.ts';
import { type ReadPace, createReadPace } from '../../http/read-pace.ts';
import { cutOff } from './http2-stream.ts';
import { CUT_MS, STREAM_READ_PACE, STREAM_UNSENT_BYTES_MAX } from './limits.ts';

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
 * @param stalled called when the client reads too slowly; returns its status
 */
export function createSink(
  name: string,
  raw: RawSink,
  gone: AbortSignal,
  stalled: () => ServerErrorResponse,
  paceLimits = STREAM_READ_PACE,
): Sink {
  const sent = grpcMessagesSent.labels({ method: name });
  let unsentBytes = 0;
  let state: 'open' | 'ended' | 'closed' = 'open';
  let takenBytes = 0;
  /** Since when the client has had something to read, without a pause. */
  let waiting = { takenBytes: 0, since: 0 };
  let pace: ReadPace | undefined;
  let timer: NodeJS.Timeout | undefined;
  let makeRoom = () => {};
  let room: Promise<void> | undefined;

  /** Checks the pace of the client while it has something to read. */
  function watch(): void {
    timer ??= setTimeout(checkPace, paceLimits.checkIntervalMs).unref();
  }
  function checkPace(): void {
    timer = undefined;
    if (state === 'closed' || (state === 'open' && unsentBytes === 0)) return;
    pace ??= createReadPace(paceLimits, waiting.takenBytes, waiting.since);
    if (!pace.isTooSlow(takenBytes, performance.now())) return watch();
    slowReadersCut.inc({ edge: 'grpc' });
    if (state === 'open') end(stalled());
    clearTimeout(timer);
    timer = setTimeout(cut, CUT_MS).unref();
  }
  function startWaiting(): void {
    waiting = { takenBytes, since: performance.now() };
    pace = undefined;
    watch();
  }
  function cut(): void {
    if (state !== 'closed') cutOff(raw);
  }
  function end(failure?: ServerErrorResponse): void {
    if (state !== 'open') return;
    state = 'ended';
    makeRoom();
    if (unsentBytes === 0) startWaiting();
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
      if (unsentBytes === 0) startWaiting();
      unsentBytes += message.byteLength;
      raw.write(message, () => {
        unsentBytes -= message.byteLength;
        takenBytes += message.byteLength;
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
