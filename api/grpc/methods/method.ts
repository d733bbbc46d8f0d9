/** What a method is, for whoever writes one: what may be done, and the doing. */
import type { ServerReadableStream } from '@grpc/grpc-js';
import type { Principal } from '../../../store/keys/api-keys.ts';
import type { Scope } from '../../../store/keys/scopes.ts';
import type { Services } from '../../handler.ts';
import type { ByteBudget } from '../../http/byte-budget.ts';
import type { Watch } from '../../lists/keep-watch.ts';
import type { RateLimits } from '../../limiter/rate-limit.ts';
import { Problem } from '../../problem/problem.ts';
import type { Undecodable } from '../wire/decode.ts';
import type { Outlet } from '../wire/sink.ts';
import type { Window } from './window.ts';

/** One call of a method. */
export interface Call {
  requestId: string;
  traceparent: string | null;
  principal: Principal;
  services: Services;
  limits: RateLimits;
  /** Over the caller's key, which may be revoked while a stream is open. */
  watch: Watch;
  /** Aborted when nobody waits any more: the caller hung up, or its deadline has passed. */
  gone: AbortSignal;
  /** Aborted when this node is about to stop: what is under way is finished, and nothing more begun. */
  stopping: AbortSignal;
  /** Of all streams together. */
  window: Window;
  /** What clients hold of memory, by all doors. */
  bytes: ByteBudget;
  /** Tells who watches callers what one message was answered, as HTTP would say it. */
  note: (status: number, replayed: boolean) => void;
  /** Puts into the log what a message of a stream ran into, if it is a fault of ours. */
  fault: (problem: Problem) => void;
}

interface Method {
  /** The caller's key must have it. */
  scope: Scope;
  /** Which quota the call counts against; none when its messages are counted one by one. */
  counted: 'read' | 'write' | undefined;
}

export interface Unary<Request, Response> extends Method {
  /** @throws {Problem} */
  run: (call: Call, request: Request) => Promise<Response>;
}

export interface ServerStream<Request, Response> extends Method {
  /** @throws {Problem} which ends the stream */
  run: (call: Call, request: Request, outlet: Outlet<Response>) => Promise<void>;
}

export interface BidiStream<Request, Response> extends Method {
  /** @throws {Problem} which ends the stream */
  run: (call: Call, requests: Requests<Request>, outlet: Outlet<Response>) => Promise<void>;
}

/** The messages of a stream; {@link Undecodable} for bytes that are none. */
export type Requests<Request> = ServerReadableStream<Request | Undecodable, unknown>;

/** What a call that is begun, or still open, while the node stops is told. */
export const stoppingProblem = () =>
  new Problem('unavailable', 'This node is stopping. Go on with another one, or with this one in a moment.', {
    headers: { 'Retry-After': '1' },
  });
