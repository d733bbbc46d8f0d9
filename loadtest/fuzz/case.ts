/** What a run is made of: cases, each on connections of its own. All of it is plain data that the seed decides. */
import type { Address, Caller } from './tokens.ts';

export type Version = 'v1' | 'v2';

/** A request as it is sent, and what may come of it. */
export interface Sent extends Address {
  /** Its `X-Request-Id`, by which its answer is known; `undefined` when it has none that can be taken over. */
  id: string | undefined;
  /** Whether its event names it. */
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
  /** A request that is whole and can be read; one that is hurt on its way; something that is none. */
  form: 'whole' | 'hurt' | 'garbage';
  /** Statuses that may answer it, if it is answered; `undefined`: what its operation promises to a good request. */
  allowed: readonly number[] | undefined;
  /** Whether nothing can have come of it. */
  inert: boolean;
  /** Whether the connection may end without an answer to it. */
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
      /** Where it is cut into segments, as shares of the bytes that are sent; and the pause there, in ms. */
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
  /** Milliseconds within which there must be an answer or an end. */
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

/** The same by hand: frames of HTTP/2, in which messages may be framed wrongly and connections break. */
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

/** What must hold between the answers of a case, besides what holds for each. */
export type Law = 'window' | 'walk' | 'customer';

export interface Case {
  index: number;
  /** For counting: `framing`, `story`, … */
  kind: string;
  /** What is odd about it, for a person. */
  what: string;
  /** Cases that are over before this one begins. */
  after: number[];
  /** One after the other; the lanes of a stage at the same time. */
  stages: Lane[][];
  /** It takes seconds, and is not waited for. */
  isSlow: boolean;
  law?: Law | undefined;
}

export const requestsOf = ({ stages }: Case): Sent[] =>
  stages.flatMap((stage) => stage.flatMap(({ requests }) => requests));

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'CONNECT', '?']);

/** Whether a method asks for no effect: RFC 9110, section 9.2.1; nor what is no request. */
export const isSafe = (method: string): boolean => SAFE.has(method);
