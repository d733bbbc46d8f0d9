/** A case: plain data, decided by the seed. Each has its own connections. */
import type { Address, Caller } from './tokens.ts';

export type Version = 'v1' | 'v2';

/** A request as it is sent, with its allowed responses. */
export interface Sent extends Address {
  /** Its `X-Request-Id`; `undefined` if the server must choose the id. */
  id: string | undefined;
  /** It has a valid `traceparent`, which its event then names. */
  isTraced: boolean;
  version: Version;
  /** An operation of the contract; `undefined` for unknown operations and for gRPC. */
  operationId: string | undefined;
  method: string;
  /** Path and query, or the gRPC method. */
  target: string;
  caller: Caller;
  /** Idempotency keys: one, or those of a batch or a stream, in sequence. */
  keys: string[];
  /** The intended body, or its items by key; `undefined` if the body is unreadable. */
  meaning: unknown;
  /** Token of its order, if that order exists. */
  orderToken: string | undefined;
  /** A valid request; a damaged one, which may still parse; bytes that are not a request. */
  form: 'whole' | 'hurt' | 'garbage';
  /** Allowed statuses; `undefined`: those of the contract for a valid request. */
  allowed: readonly number[] | undefined;
  /** It must have no effect, whatever the response. */
  inert: boolean;
  /** The connection may end without a response to it. */
  silence: boolean;
  /** The request that it repeats, byte for byte or in meaning; `changed` if it differs. */
  repeats?: (Address & { changed: boolean }) | undefined;
  /** The version, if its `If-Match` names exactly one. */
  ifVersion?: number | undefined;
}

/** One step of what a client does on a connection. */
export type Action =
  | {
      do: 'send';
      bytes: Buffer;
      /** Requests of the connection that have begun by then. */
      requests: number;
      /** Segment boundaries, as shares of the sent bytes, with the pause at each. */
      cuts?: { at: number; pauseMs: number }[];
      /** Share of the bytes to send; default all. */
      upTo?: number;
    }
  | { do: 'pause'; ms: number }
  /** Waits for a total number of responses, or for the end of the connection. */
  | { do: 'await'; answers: number }
  /** Waits for 100 Continue or a final response. */
  | { do: 'await-continue' }
  /** Stops reading, or starts again. */
  | { do: 'stop-reading' }
  | { do: 'read' }
  /** Closes the sending side. */
  | { do: 'fin' }
  /** Resets the connection. */
  | { do: 'reset' }
  /** Waits until the server closes the connection. */
  | { do: 'await-end' };

/** The script of one HTTP connection. */
export interface HttpConnection {
  kind: 'http';
  actions: Action[];
  requests: Sent[];
  /** The server must respond or close within this time. */
  timeoutMs: number;
}

export type GrpcMethod = 'PlaceOrder' | 'PlaceOrders' | 'GetOrder' | 'WatchEvents' | 'NoSuchMethod';

/** One call through grpc-js. */
export interface GrpcCall {
  kind: 'grpc';
  method: GrpcMethod;
  metadata: [name: string, value: string][];
  /** Encoded messages; one for a unary call. */
  messages: Buffer[];
  /** One request with the keys of all messages. */
  requests: [Sent];
  /** Deadline of the call. */
  deadlineMs: number | undefined;
  /** Cancels the call this long after the last message. */
  cancelAfterMs: number | undefined;
}

/** A call sent frame by frame: with wrong frames or a broken connection. */
export interface FrameCall {
  kind: 'frames';
  method: GrpcMethod;
  metadata: [name: string, value: string][];
  /** Content of the DATA frames. */
  bytes: Buffer;
  requests: [Sent];
  /** The end of the call, `afterMs` later. */
  end: 'half-close' | 'cancel' | 'break';
  afterMs: number;
}

export type Connection = HttpConnection | GrpcCall | FrameCall;

/** A rule between the responses of one case. */
export type Law = 'time-filter' | 'walk' | 'customer';

export interface Case {
  index: number;
  /** For counting: `framing`, `story`, … */
  kind: string;
  /** The unusual property, for the report. */
  what: string;
  /** Cases that must end before this one begins. */
  after: number[];
  /** Stages run one after another; the connections of a stage run concurrently. */
  stages: Connection[][];
  /** It takes seconds, and has a concurrency limit of its own. */
  isSlow: boolean;
  law?: Law | undefined;
}

export const requestsOf = ({ stages }: Case): Sent[] =>
  stages.flatMap((stage) => stage.flatMap(({ requests }) => requests));

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'CONNECT', '?']);

/** Whether a method must have no effect (RFC 9110, section 9.2.1); `?` is not a request. */
export const isSafe = (method: string): boolean => SAFE.has(method);
