/** The limits on a connection. */

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
 * Interval of the check for unsent answers, and the timeout that it starts. A client that reads no
 * byte is cut off after 10 to 25 s.
 */
export const STALL_CHECK_INTERVAL_MS = 5_000;
export const STALL_TIMEOUT_MS = 10_000;
/** Of a process, shared between addresses (connections.ts). */
export const CONNECTIONS_MAX = 10_000;
