/** A case: plain data, decided by the seed. Each has its own connections. */
import type { Address, Caller } from './tokens.ts';

export type Version = 'v1' | 'v2';

/** A request as it is sent, and what may come of it. */
export interface Sent extends Address {
  /** Its `X-Request-Id`; `undefined` when the server must choose another one. */
  id: string | undefined;
  /** It has a valid `traceparent`, so its event names it. */
  isTraced: boolean;
  version: Version;
  /** Of the contract; `undefined` for what no contract has, and for calls by gRPC. */
  operationId: string | undefined;
  method: string;
  /** The path and query, or the method of gRPC. */
  target: string;
  caller: Caller;
  /** Idempotency keys: one, or those of a batch or a stream, in their order. */
  keys: string[];
  /** Body, or items of it by their key, as it is meant; `undefined` when it cannot be read. */
  meaning: unknown;
  /** The order that it is about, as a token; of a write to an order that is there. */
  orderToken: string | undefined;
  /** A valid request; one damaged on its way, which may still parse; bytes that are no request. */
  form: 'whole' | 'hurt' | 'garbage';
  /** Allowed statuses; `undefined`: those that the contract has for a valid request. */
  allowed: readonly number[] | undefined;
  /** It must have no effect, whatever the answer. */
  inert: boolean;
  /** The connection may end without an answer to it. */
  silence: boolean;
  /** The request that it repeats, byte for byte or in meaning. */
  repeats?: (Address & { changed: boolean }) | undefined;
  /** The version that an `If-Match` of it names alone. */
  ifVersion?: number | undefined;
}

/** One step of what a client does on a connection. */
export type Action =
  | {
      do: 'send';
      bytes: Buffer;
      /** Of the lane, that have been begun by then. */
      requests: number;
      /** Segment boundaries, as shares of the bytes sent, with the pause at each in ms. */
      cuts?: { at: number; pauseMs: number }[];
      /** Share of the bytes that is sent; all when left out. */
      upTo?: number;
    }
  | { do: 'pause'; ms: number }
  /** Until there are so many answers in all, or the connection has ended. */
  | { do: 'await'; answers: number }
  /** Until the server says 100 Continue, or something else. */
  | { do: 'await-continue' }
  /** Reads no more, or reads again. */
  | { do: 'deaf' }
  | { do: 'listen' }
  /** Says that nothing more will come. */
  | { do: 'fin' }
  /** Breaks the connection off, without a word. */
  | { do: 'reset' }
  /** Until the server has ended the connection. */
  | { do: 'await-end' };

export interface HttpLane {
  kind: 'http';
  actions: Action[];
  requests: Sent[];
  /** The server must answer or close within this time. */
  patienceMs: number;
}

export type GrpcMethod = 'PlaceOrder' | 'PlaceOrders' | 'GetOrder' | 'WatchEvents' | 'NoSuchMethod';

export interface GrpcLane {
  kind: 'grpc';
  method: GrpcMethod;
  metadata: [name: string, value: string][];
  /** Messages, encoded; one for a call that is no stream. */
  messages: Buffer[];
  /** One, whose keys are those of the messages. */
  requests: [Sent];
  /** The call's own deadline, ms. */
  deadlineMs: number | undefined;
  /** Cancels the call so many ms after the last message. */
  cancelAfterMs: number | undefined;
}

/** A call written frame by frame: messages may be framed wrongly, connections may break. */
export interface FrameLane {
  kind: 'frames';
  method: GrpcMethod;
  metadata: [name: string, value: string][];
  /** Content of the DATA frames. */
  bytes: Buffer;
  requests: [Sent];
  /** What comes behind them, and after how many ms. */
  end: 'half-close' | 'cancel' | 'break';
  afterMs: number;
}

export type Lane = HttpLane | GrpcLane | FrameLane;

/** A rule that relates the answers of one case to each other. */
export type Law = 'window' | 'walk' | 'customer';

export interface Case {
  index: number;
  /** For counting: `framing`, `story`, … */
  kind: string;
  /** What is unusual about it, for the report. */
  what: string;
  /** Cases that must end before this one begins. */
  after: number[];
  /** One after the other; the lanes of a stage at the same time. */
  stages: Lane[][];
  /** It takes seconds, and does not count against the width of the run. */
  isSlow: boolean;
  law?: Law | undefined;
}

export const requestsOf = ({ stages }: Case): Sent[] =>
  stages.flatMap((stage) => stage.flatMap(({ requests }) => requests));

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'CONNECT', '?']);

/** Whether a method asks for no effect: RFC 9110, section 9.2.1; nor what is no request. */
export const isSafe = (method: string): boolean => SAFE.has(method);
