/** The side of a stream that we write to. */
import type { ServerErrorResponse } from '@grpc/grpc-js';
import { grpcMessagesSent } from '../../metrics.ts';
import type { Send } from './method.ts';

interface Sink {
  write: (message: never) => boolean;
  once: (event: 'drain', listener: () => void) => unknown;
  end: () => unknown;
  emit: (event: 'error', error: Error) => unknown;
  destroyed: boolean;
}

/**
 * Sends messages of a stream.
 *
 * @param name of the method
 * @param gone aborted when nobody takes them any more
 */
export function sender<Response>(name: string, sink: Sink, gone: AbortSignal): Send<Response> {
  let room: Promise<void> | undefined;
  const sent = grpcMessagesSent.labels({ method: name });
  return async (message) => {
    if (gone.aborted) return;
    sent.inc();
    if (sink.write(message as never)) return;
    room ??= new Promise((resolve) => {
      const free = () => {
        room = undefined;
        gone.removeEventListener('abort', free);
        resolve();
      };
      sink.once('drain', free);
      gone.addEventListener('abort', free, { once: true });
    });
    await room;
  };
}

/** Ends a stream, with a failure if there is one. */
export function end(sink: Sink, failure: ServerErrorResponse | undefined): void {
  if (sink.destroyed) return;
  if (failure) sink.emit('error', failure);
  else sink.end();
}
