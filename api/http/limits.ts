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
 * How often we look which answers have not left, and how often Node then looks whether their
 * clients take them. One that takes no byte between two looks of Node's is cut off, that is after
 * 10 to 25 s.
 */
export const STALL_LOOK_MS = 5_000;
export const STALL_CHECK_MS = 10_000;
export const CONNECTIONS_MAX = 10_000;
