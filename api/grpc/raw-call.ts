/** The parts of grpc-js calls that Holdfast uses. */
import type { Metadata } from '@grpc/grpc-js';
import { type TrustedProxies, clientAddress } from '../../platform/trusted-proxies.ts';

export interface RawCall {
  metadata: Metadata;
  getPeer: () => string;
  getDeadline: () => Date | number;
  once: (event: 'cancelled', listener: () => void) => unknown;
}

/** The first value of a metadata entry; empty if there is none. */
export const textOf = (metadata: Metadata, name: string): string => String(metadata.get(name)[0] ?? '');

/**
 * The address of the client. A number of proxies counts those in front of the HTTP port; only
 * networks say which peers of this port are proxies.
 */
export function clientOf(raw: RawCall, proxies: TrustedProxies): string {
  const peer = peerOf(raw);
  return 'networks' in proxies ? clientAddress(peer, textOf(raw.metadata, 'x-forwarded-for'), proxies) : peer;
}

/** A peer is `127.0.0.1:40312` or `[::1]:40312`. */
const peerOf = (raw: RawCall): string =>
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
