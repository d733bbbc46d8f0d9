/** Every limit on the gRPC service that is ours. Times in ms, sizes in bytes. */

/** Of grpc-js, for each connection. */
export const SERVER_LIMITS = {
  /** One message, as the body of one order in REST. */
  'grpc.max_receive_message_length': 262_144,
  /** Calls of one connection at a time. */
  'grpc.max_concurrent_streams': 1_000,
  /** A peer that is silent is asked whether it is there, and has so long to answer. */
  'grpc.keepalive_time_ms': 30_000,
  'grpc.keepalive_timeout_ms': 10_000,
  /** A connection without a call is closed; clients open another one by themselves. */
  'grpc.max_connection_idle_ms': 300_000,
  /**
   * MiB that one connection may hold, of headers and of answers that are not taken; beyond it new
   * calls are refused.
   */
  'grpc-node.max_session_memory': 64,
} as const;

export const CONNECTIONS_MAX = 1_000;
/** Calls of a process that are open at a time, of whatever kind. */
export const CALLS_MAX = 10_000;
/**
 * A request that is not a stream of ours arrives within so long, and its client ends it when it has
 * its answer.
 */
export const REQUEST_MS = 30_000;
/** How often that is looked after. */
export const REQUEST_LOOK_MS = 5_000;

/** Streams that are open at a time: of one API key, and of a process. */
export const KEY_STREAMS_MAX = 100;
export const STREAMS_MAX = 1_000;

/**
 * A call whose client takes no message for so long is ended; it is told why behind what it has not
 * taken, and cut off a little later.
 */
export const STALL_MS = 30_000;
export const CUT_MS = 3_000;

/** Of one stream: sent and not taken. Beyond it nothing more is sent, and no order read. */
export const STREAM_UNSENT_BYTES_MAX = 64 * 1024;

/**
 * Of one stream of orders: read, and not yet among those under way, because the quota or the others
 * come first. 64 are enough for the answers of the limiter that come together.
 */
export const STREAM_WAITING_MAX = 64;
export const STREAM_WAITING_BYTES_MAX = 512 * 1024;

/**
 * How many orders of streams are under way at a time, in all of a node's streams together: what one
 * append statement takes, while as many wait for the next. (Measured: 1,024 are no faster and wait
 * twice as long; docs/grpc.md.) However many streams there are, most of the append queue is left to
 * those who send one order at a time.
 */
export const WINDOW_ORDERS_MAX = 512;
/** Of the largest orders, fewer. */
export const WINDOW_BYTES_MAX = 16 * 1024 * 1024;
