/** The shape of a gRPC method: its scope, its quota, its implementation. */
import type { ServerReadableStream } from '@grpc/grpc-js';
import type { Principal } from '../../../store/keys/api-keys.ts';
import type { Scope } from '../../../store/keys/scopes.ts';
import type { Standing } from '../../authenticate.ts';
import type { Services } from '../../handler.ts';
import type { ByteBudget } from '../../http/byte-budget.ts';
import type { Watch } from '../../lists/keep-watch.ts';
import type { RateLimits } from '../../limiter/rate-limit.ts';
import { Problem } from '../../problem/problem.ts';
import type { Undecodable } from '../wire/decode.ts';
import type { Outlet } from '../wire/sink.ts';
import type { InFlightOrders } from './in-flight-orders.ts';

/** One call of a method. */
export interface Call {
  requestId: string;
  traceparent: string | null;
  principal: Principal;
  /** Has the newest quotas of the key. */
  standing: Standing;
  services: Services;
  limits: RateLimits;
  /** Checks the API key again: it may be revoked while a stream is open. */
  watch: Watch;
  /** Aborts when the caller has cancelled, or its deadline has passed. */
  gone: AbortSignal;
  /** Aborts when this node drains: finish the orders in flight, begin no new one. */
  stopping: AbortSignal;
  /** Shared by all streams of the process. */
  inFlight: InFlightOrders;
  /** Memory that clients hold, over REST and gRPC. */
  bytes: ByteBudget;
  /** Counts one answer for /ops, with its HTTP status. */
  note: (status: number, replayed: boolean) => void;
  /** Logs the problem of a stream message, if it is a bug. */
  fault: (problem: Problem) => void;
}

interface Method {
  /** The API key needs it. */
  scope: Scope;
  /** The quota of the call; `undefined` if each message counts instead. */
  counted: 'read' | 'write' | undefined;
}

export interface Unary<Request, Response> extends Method {
  /** @throws {Problem} */
  run: (call: Call, request: Request) => Promise<Response>;
}

export interface ServerStream<Request, Response> extends Method {
  /** @throws {Problem} ends the stream with it */
  run: (call: Call, request: Request, outlet: Outlet<Response>) => Promise<void>;
}

export interface BidiStream<Request, Response> extends Method {
  /** @throws {Problem} ends the stream with it */
  run: (call: Call, requests: Requests<Request>, outlet: Outlet<Response>) => Promise<void>;
}

/** The messages of a stream; {@link Undecodable} for invalid bytes. */
export type Requests<Request> = ServerReadableStream<Request | Undecodable, unknown>;

/** Answer to calls that begin, or are open, while the node drains. */
export const stoppingProblem = () =>
  new Problem('unavailable', 'This node is stopping. Retry on another node, or here in a second.', {
    headers: { 'Retry-After': '1' },
  });
