/** The limits on a connection. */
import type { ReadPaceLimits } from './read-pace.ts';

/** Options of Node's server: times in ms, sizes in bytes. */
export const HTTP_LIMITS = {
  /** Request target and header fields together. */
  maxHeaderSize: 16_384,
  /** From the connection, or the end of the previous request, to the last header field. */
  headersTimeout: 10_000,
  /** To the last byte of the body. */
  requestTimeout: 30_000,
  /** Longer than a load balancer's (60 s), so that no request arrives at a closed connection. */
  keepAliveTimeout: 65_000,
  /** Interval of the checks of these timeouts. */
  connectionsCheckingInterval: 1_000,
} as const;
/** Header fields of a request. */
export const HEADER_FIELDS_MAX = 100;
/**
 * A client must take its answers at this pace. The kernel buffers up to 4 MiB of a connection, and
 * takes more in steps of a third of that: a shorter `stallMs` would cut readers of 100 KiB/s.
 */
export const READ_PACE: ReadPaceLimits = {
  stallMs: 20_000,
  bytesPerSecondMin: 16 * 1024,
  windowMs: 30_000,
  checkIntervalMs: 5_000,
};
export const CONNECTIONS_MAX = 10_000;
