/** Every limit on a connection. Times in ms, sizes in bytes. */
export const HTTP_LIMITS = {
  /** Request target and header fields together. */
  maxHeaderSize: 16_384,
  /** From the connection, or the end of the request before, to the last header. */
  headersTimeout: 10_000,
  /** To the last byte of the body. */
  requestTimeout: 30_000,
  /** An idle connection; longer than a load balancer's, so that it is not closed under a request on its way. */
  keepAliveTimeout: 65_000,
  /** How often the timeouts are looked after. */
  connectionsCheckingInterval: 1_000,
} as const;
/** Header fields of a request. */
export const HEADER_FIELDS_MAX = 100;
/**
 * How often Node looks whether a client takes its answer. One that takes no byte between two looks is
 * cut off, that is after 15 to 30 s.
 */
export const STALL_CHECK_MS = 15_000;
export const CONNECTIONS_MAX = 10_000;
