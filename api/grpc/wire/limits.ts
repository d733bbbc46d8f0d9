/** All limits of the gRPC service. */
import type { ReadPaceLimits } from '../../http/read-pace.ts';

/** Options of grpc-js, a connection each. */
export const SERVER_LIMITS = {
  /** Bytes of a message; the same as the body of an order in REST. */
  'grpc.max_receive_message_length': 262_144,
  /** Open calls of a connection. */
  'grpc.max_concurrent_streams': 1_000,
  /** A silent peer gets a ping, and must answer it in time. */
  'grpc.keepalive_time_ms': 30_000,
  'grpc.keepalive_timeout_ms': 10_000,
  /** Closes a connection without calls. Clients reconnect by themselves. */
  'grpc.max_connection_idle_ms': 300_000,
  /** MiB of headers and unread answers. Beyond it the connection refuses new calls. */
  'grpc-node.max_session_memory': 64,
} as const;

/** Of a process, shared between addresses (arrivals.ts). */
export const CONNECTIONS_MAX = 1_000;
/** Open calls of a process, shared in the same way. */
export const CALLS_MAX = 10_000;
/** Time for a request other than PlaceOrders to arrive, and to end after its answer. */
export const REQUEST_MS = 30_000;
/** Interval of the check for late requests. */
export const REQUEST_CHECK_MS = 5_000;

/** Open streams of an API key. */
export const KEY_STREAMS_MAX = 100;
/** Open streams of a process, shared between tenants (stream-count.ts). */
export const STREAMS_MAX = 1_000;

/** A call whose client reads nothing for this long fails with a status. */
export const STALL_MS = 30_000;
/**
 * A stream that has unread messages all the time must be read at this pace. It is slow, because a
 * client may handle each event before it reads the next one.
 */
export const STREAM_READ_PACE: ReadPaceLimits = {
  stallMs: STALL_MS,
  bytesPerSecondMin: 1_024,
  windowMs: 60_000,
  checkIntervalMs: 5_000,
};
/** A stalled call that does not read the status either is cut off after this time. */
export const CUT_MS = 3_000;

/** Sent and unread bytes of a stream. Beyond it the stream sends and reads nothing. */
export const STREAM_UNSENT_BYTES_MAX = 64 * 1024;

/**
 * Orders of a stream that are read and wait for the quota or the in-flight limit. 64 are as many as
 * one turn of the limiter admits.
 */
export const STREAM_WAITING_MAX = 64;
export const STREAM_WAITING_BYTES_MAX = 512 * 1024;

/**
 * Those of all streams of a tenant. Beyond it a stream reads one order, and the next when that one
 * has its turn: 100 streams over their quota read 6,400 orders at once, which took a second.
 */
export const TENANT_WAITING_MAX = 256;

/**
 * Orders in flight over all streams of a process: one append statement, and as many that wait for
 * the next. Measured: 1,024 are no faster and wait twice as long (docs/grpc.md). The rest of the
 * append queue stays free for unary calls and REST. Shared between tenants: in-flight-orders.ts.
 */
export const IN_FLIGHT_ORDERS_MAX = 512;
export const IN_FLIGHT_BYTES_MAX = 16 * 1024 * 1024;
