/** The parts of grpc-js calls that Holdfast uses. */
import type { Metadata } from '@grpc/grpc-js';

export interface RawCall {
  metadata: Metadata;
  getPeer: () => string;
  getDeadline: () => Date | number;
  once: (event: 'cancelled', listener: () => void) => unknown;
}

/** The first value of a metadata entry; empty if there is none. */
export const textOf = (metadata: Metadata, name: string): string => String(metadata.get(name)[0] ?? '');

/** The client's address: a peer is `127.0.0.1:40312` or `[::1]:40312`. */
export const addressOf = (raw: RawCall): string =>
  raw
    .getPeer()
    .replace(/:\d+$/, '')
    .replace(/^\[(.*)\]$/, '$1');

/** Aborts when the client cancels, or its deadline passes. */
export function cancellationOf(raw: RawCall): AbortSignal {
  const cancelled = new AbortController();
  raw.once('cancelled', () => cancelled.abort());
  return cancelled.signal;
}
