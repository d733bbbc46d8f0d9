/** The context of each request: id, trace, one log line, one measurement. */
import type { Context, Middleware } from 'koa';
import type { Logger } from '../platform/logger.ts';
import { httpRequestDuration } from '../platform/metrics.ts';
import { endSpan, startSpan, traceparentOf } from '../platform/tracing.ts';
import { toId } from '../store/ids.ts';
import type { Principal } from '../store/keys/api-keys.ts';
import { confirmFrom } from './caller-address.ts';
import type { Standing } from './authenticate.ts';
import type { Judge } from './contract/judge.ts';
import type { Callers } from './overview/callers.ts';
import type { Operation } from './contract/spec.ts';
import type { LogAddress } from '../platform/log-address.ts';
import { newRequestId } from '../platform/random.ts';
import { type TrustedProxies, clientAddress } from '../platform/trusted-proxies.ts';

/** The status that proxies log when the client closed the connection before the answer. */
const CLIENT_CLOSED_STATUS = 499;
const REQUEST_ID = /^[A-Za-z0-9._-]{1,64}$/;
/** W3C Trace Context, version 00; an all-zero id is invalid. */
const TRACEPARENT = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

/** The client's request id, or a new one for a malformed text. */
export const givenRequestId = (text: string): string => (REQUEST_ID.test(text) ? text : newRequestId());
/** The client's traceparent, `null` for a malformed text. */
export const givenTraceparent = (text: string): string | null => (TRACEPARENT.test(text) ? text : null);

/** `ctx.state`: shared by the middleware of a request. */
export interface RequestState {
  requestId: string;
  traceparent: string | null;
  /** The matched operation. Its path is a pattern, so it can label a metric. */
  operation?: Operation & { judge: Judge | undefined };
  /** Set by authentication. */
  principal?: Principal;
  standing?: Standing;
  /** The error behind a 5xx. */
  failure?: unknown;
}

export const stateOf = (ctx: Context) => ctx.state as RequestState;

/** The caller. @throws {Error} before authentication */
export function principalOf(ctx: Context): Principal {
  const { principal } = stateOf(ctx);
  if (principal === undefined) throw new Error('the request is not authenticated yet');
  return principal;
}

/** Checks key, scope and address again, see {@link Standing}. */
export function confirmed(ctx: Context, scope: string): Promise<void> | undefined {
  const { standing } = stateOf(ctx);
  return standing && confirmFrom(standing, scope, ctx.ip);
}

/** By method, route and status: the label lookup costs more than the observation. */
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

/** @param noteCall called after each authenticated request */
export function requestContext(
  log: Logger,
  noteCall: Callers['note'],
  trustedProxies: TrustedProxies,
  logAddress: LogAddress,
): Middleware {
  return async (ctx, next) => {
    const started = performance.now();
    const peer = ctx.req.socket.remoteAddress ?? '';
    ctx.request.ip = clientAddress(peer, ctx.get('X-Forwarded-For'), trustedProxies);
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
      const status = ctx.req.socket.destroyed ? CLIENT_CLOSED_STATUS : ctx.status;
      observe(ctx.method, route, status, ms / 1_000);
      const replayed = ctx.response.get('Idempotent-Replayed') === 'true';
      if (state.principal) {
        const { keyId, tenantId } = state.principal;
        noteCall({ keyId, tenantId, status, replayed });
      }
      span?.updateName(`${ctx.method} ${route}`);
      const attributes = {
        'http.request.method': ctx.method,
        'http.route': route,
        'http.response.status_code': status,
      };
      endSpan(
        span,
        attributes,
        status >= 500 && status !== CLIENT_CLOSED_STATUS ? String(status) : undefined,
      );
      log[status >= 500 ? 'error' : 'info'](
        {
          request_id: state.requestId,
          trace_id: state.traceparent?.slice(3, 35),
          tenant_id: state.principal?.tenantId,
          mode: state.principal?.mode,
          key_id: state.principal && toId('key', state.principal.keyId),
          client: logAddress(ctx.request.ip),
          method: ctx.method,
          route,
          status,
          ms: Math.round(ms * 100) / 100,
          replayed: replayed || undefined,
          err: status === CLIENT_CLOSED_STATUS ? undefined : state.failure,
        },
        'request',
      );
    }
  };
}
