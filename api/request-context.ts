/** The frame around each request: its id, its trace, one log line, one measurement. */
import type { Context, Middleware } from 'koa';
import type { Logger } from '../platform/logger.ts';
import { httpRequestDuration } from '../platform/metrics.ts';
import { endSpan, startSpan, traceparentOf } from '../platform/tracing.ts';
import type { Principal } from '../store/keys/api-keys.ts';
import type { Standing } from './authenticate.ts';
import type { Judge } from './contract/judge.ts';
import type { Callers } from './overview/callers.ts';
import type { Operation } from './contract/spec.ts';
import { newRequestId } from '../platform/random.ts';

const HUNG_UP = 499;
const REQUEST_ID = /^[A-Za-z0-9._-]{1,64}$/;
/** W3C Trace Context, version 00; an all-zero id is not valid. */
const TRACEPARENT = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

/** The id that a request was given, or one of its own. */
export const givenRequestId = (text: string): string => (REQUEST_ID.test(text) ? text : newRequestId());
/** The trace that a request is part of. */
export const givenTraceparent = (text: string): string | null => (TRACEPARENT.test(text) ? text : null);

/** What a request carries with it from middleware to middleware, in `ctx.state`. */
export interface RequestState {
  requestId: string;
  traceparent: string | null;
  /** The operation of the contract that the request turned out to be; its path is a pattern, good for a metric's label. */
  operation?: Operation & { judge: Judge | undefined };
  /** Set once the caller is known. */
  principal?: Principal;
  standing?: Standing;
  /** What was thrown behind a 5xx. */
  failure?: unknown;
}

export const stateOf = (ctx: Context) => ctx.state as RequestState;

/** Who calls; only behind authentication. */
export function principalOf(ctx: Context): Principal {
  const { principal } = stateOf(ctx);
  if (principal === undefined) throw new Error('The caller is not known yet');
  return principal;
}

/** Whether the caller still may what the scope says; only behind authentication. See {@link Standing}. */
export const confirmed = (ctx: Context, scope: string): Promise<void> | undefined =>
  stateOf(ctx).standing?.confirm(scope);

/** Observers by method, route and status, found once each: looking labels up costs more than counting. */
const observers = new Map<string, { observe: (seconds: number) => void }>();
function observe(method: string, route: string, status: number, seconds: number): void {
  const name = `${method} ${route} ${status}`;
  let observer = observers.get(name);
  if (observer === undefined) {
    observer = httpRequestDuration.labels({ method, route, status });
    observers.set(name, observer);
  }
  observer.observe(seconds);
}

/** @param noteCall told of each request of a known caller */
export function requestContext(log: Logger, noteCall: Callers['note']): Middleware {
  return async (ctx, next) => {
    const started = performance.now();
    const state = stateOf(ctx);
    state.requestId = givenRequestId(ctx.get('X-Request-Id'));
    state.traceparent = givenTraceparent(ctx.get('traceparent'));
    const span = startSpan(ctx.method, { kind: 'server', parent: state.traceparent });
    if (span) state.traceparent = traceparentOf(span);
    ctx.set('X-Request-Id', state.requestId);
    try {
      await next();
    } finally {
      const ms = performance.now() - started;
      const route = state.operation?.path ?? 'none';
      // What the client has hung up on was answered by nobody; 499 is what proxies call that.
      const status = ctx.req.socket.destroyed ? HUNG_UP : ctx.status;
      observe(ctx.method, route, status, ms / 1_000);
      const replayed = ctx.response.get('Idempotent-Replayed') === 'true';
      if (state.principal) {
        const { keyId, tenantId } = state.principal;
        noteCall({ keyId, tenantId, status, replayed });
      }
      span?.updateName(`${ctx.method} ${route}`);
      const told = {
        'http.request.method': ctx.method,
        'http.route': route,
        'http.response.status_code': status,
      };
      endSpan(span, told, status >= 500 && status !== HUNG_UP ? String(status) : undefined);
      log[status >= 500 ? 'error' : 'info'](
        {
          request_id: state.requestId,
          trace_id: state.traceparent?.slice(3, 35),
          tenant_id: state.principal?.tenantId,
          method: ctx.method,
          route,
          status,
          ms: Math.round(ms * 100) / 100,
          replayed: replayed || undefined,
          err: status === HUNG_UP ? undefined : state.failure,
        },
        'request',
      );
    }
  };
}
