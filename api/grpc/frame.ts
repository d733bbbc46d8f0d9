/**
 * The frame around each call: who calls, what it may do, its quota; its status, one log line, one measurement.
 *
 * The same steps as of a request of the REST API (api/app.ts), by the same parts.
 */
import { timingSafeEqual, hash } from 'node:crypto';
import {
  Metadata,
  type ServerErrorResponse,
  type handleBidiStreamingCall,
  type handleServerStreamingCall,
  type handleUnaryCall,
  status as codes,
} from '@grpc/grpc-js';
import type { Logger } from '../../logger.ts';
import { grpcCallDuration } from '../../metrics.ts';
import { endSpan, startSpan, traceparentOf } from '../../tracing.ts';
import type { Principal } from '../../store/api-keys.ts';
import { type Authenticate, type Standing, requireScope } from '../authenticate.ts';
import type { Services } from '../handler.ts';
import { type Watch, keepWatch } from '../keep-watch.ts';
import type { RateLimits } from '../limiter/rate-limit.ts';
import type { Callers } from '../overview/callers.ts';
import { Problem } from '../problem.ts';
import { givenRequestId, givenTraceparent } from '../request-context.ts';
import { toProblem } from '../to-problem.ts';
import { decoded } from './decode.ts';
import { Status } from './generated/google/rpc/status.ts';
import { type BidiStream, type Call, type Requests, type ServerStream, type Unary } from './method.ts';
import { end, sender } from './sink.ts';
import { codeOf, statusOf } from './status.ts';
import { createWindow } from './window.ts';

export interface FrameOptions {
  services: Services;
  limits: RateLimits;
  authenticate: Authenticate;
  noteCall: Callers['note'];
  /** Shared by all who may call at all; `undefined` when whoever reaches the port may. */
  token: string | undefined;
  log: Logger;
  stopping: AbortSignal;
}

/** The parts of grpc-js' calls that all kinds of them have. */
interface RawCall {
  metadata: Metadata;
  getPeer: () => string;
  getDeadline: () => Date | number;
  once: (event: 'cancelled', listener: () => void) => unknown;
}

type Kind = { scope: string; counted: 'read' | 'write' | undefined };

export interface Frame {
  unary: <Request extends object, Response>(
    name: string,
    method: Unary<Request, Response>,
  ) => handleUnaryCall<Request, Response>;
  serverStream: <Request extends object, Response>(
    name: string,
    method: ServerStream<Request, Response>,
  ) => handleServerStreamingCall<Request, Response>;
  bidiStream: <Request, Response>(
    name: string,
    method: BidiStream<Request, Response>,
  ) => handleBidiStreamingCall<Request, Response>;
}

export function createFrame(options: FrameOptions): Frame {
  const { services, limits, authenticate, noteCall, log, stopping } = options;
  const window = createWindow();
  const tokenHash = options.token === undefined ? undefined : hash('sha256', options.token, 'buffer');

  async function identify(raw: RawCall, { scope, counted }: Kind): Promise<Standing> {
    const limitAddress = () => limits.countAddress(addressOf(raw.getPeer()));
    if (
      tokenHash &&
      !timingSafeEqual(hash('sha256', textOf(raw.metadata, 'holdfast-token'), 'buffer'), tokenHash)
    ) {
      await limitAddress();
      throw new Problem(
        'unauthenticated',
        'Send the token of this service as holdfast-token, in the metadata.',
      );
    }
    const standing = await authenticate(textOf(raw.metadata, 'authorization'), limitAddress);
    if (counted !== undefined) await limits.count(counted, standing.principal.keyId);
    requireScope(standing.principal, scope);
    return standing;
  }

  /** @returns what the client is told when it did not work out */
  async function serve(
    name: string,
    raw: RawCall,
    kind: Kind,
    run: (call: Call) => Promise<void>,
    accepted?: (requestId: string) => void,
  ): Promise<ServerErrorResponse | undefined> {
    const started = performance.now();
    const gone = new AbortController();
    raw.once('cancelled', () => gone.abort());
    const requestId = givenRequestId(textOf(raw.metadata, 'x-request-id'));
    const given = givenTraceparent(textOf(raw.metadata, 'traceparent'));
    const span = startSpan(name, { kind: 'server', parent: given });
    const traceparent = span ? traceparentOf(span) : given;
    let principal: Principal | undefined;
    let watch: Watch | undefined;
    let problem: Problem | undefined;
    /** What stands behind a 5xx: of the call, or the first of its messages. */
    let fault: unknown;
    const blame = (problem: Problem) => {
      if (problem.status >= 500 && !stopping.aborted) fault ??= problem.cause ?? problem;
    };
    const note = (status: number, replayed: boolean) => {
      if (principal) noteCall({ keyId: principal.keyId, tenantId: principal.tenantId, status, replayed });
    };
    try {
      const standing = await identify(raw, kind);
      ({ principal } = standing);
      watch = keepWatch(() => standing.confirm(kind.scope));
      if (gone.signal.aborted)
        throw new Problem('request_timeout', 'Nobody waits for this any more. It took no effect.');
      accepted?.(requestId);
      await run({
        requestId,
        traceparent,
        principal,
        watch,
        services,
        limits,
        gone: gone.signal,
        stopping,
        window,
        note,
        fault(problem) {
          blame(problem);
          // A stream may be open for days, and a bug must not wait for its end.
          if (problem.code === 'internal_error')
            log.error({ request_id: requestId, err: problem.cause }, 'message');
        },
      });
    } catch (error) {
      problem = toProblem(error);
      note(problem.status, false);
      blame(problem);
    } finally {
      watch?.end();
    }
    const ms = performance.now() - started;
    // Whoever hung up was told nothing; grpc-js has told those whose deadline passed.
    const code = gone.signal.aborted ? abandoned(raw) : problem ? codeOf(problem) : codes.OK;
    grpcCallDuration.observe({ method: name, code: codes[code] }, ms / 1_000);
    const failed = !gone.signal.aborted && fault !== undefined;
    endSpan(
      span,
      { 'rpc.system': 'grpc', 'rpc.method': name, 'rpc.grpc.status_code': code },
      failed ? codes[code] : undefined,
    );
    log[failed ? 'error' : 'info'](
      {
        request_id: requestId,
        trace_id: traceparent?.slice(3, 35),
        tenant_id: principal?.tenantId,
        method: name,
        code: codes[code],
        ms: Math.round(ms * 100) / 100,
        err: gone.signal.aborted ? undefined : fault,
      },
      'call',
    );
    return problem && failureOf(problem, requestId);
  }

  return {
    unary: (name, method) => async (raw, callback) => {
      let response: Parameters<typeof callback>[1];
      const run = async (call: Call) => {
        response = await method.run(call, decoded(raw.request));
      };
      const failure = await serve(name, raw, method, run);
      callback(failure ?? null, response);
    },
    serverStream: (name, method) => async (raw) => {
      const run = (call: Call) => method.run(call, decoded(raw.request), sender(name, raw, call.gone));
      end(raw, await serve(name, raw, method, run, accept(raw)));
    },
    bidiStream: (name, method) => async (raw) => {
      const run = (call: Call) =>
        method.run(call, raw as unknown as Requests<never>, sender(name, raw, call.gone));
      end(raw, await serve(name, raw, method, run, accept(raw)));
    },
  };
}

/** The first thing that the client of a stream hears, before there is anything to send: it may go on. */
const accept = (raw: { sendMetadata: (metadata: Metadata) => void }) => (requestId: string) => {
  const metadata = new Metadata();
  metadata.set('x-request-id', requestId);
  raw.sendMetadata(metadata);
};

function failureOf(problem: Problem, requestId: string): ServerErrorResponse {
  const metadata = new Metadata();
  const status = Buffer.from(Status.encode(statusOf(problem, requestId)).finish());
  metadata.set('grpc-status-details-bin', status);
  return Object.assign(new Error(problem.message), {
    code: codeOf(problem),
    details: problem.message,
    metadata,
  });
}

const abandoned = (raw: RawCall): codes =>
  Number(raw.getDeadline()) <= Date.now() ? codes.DEADLINE_EXCEEDED : codes.CANCELLED;

const textOf = (metadata: Metadata, name: string): string => String(metadata.get(name)[0] ?? '');

/** `127.0.0.1:40312`, `[::1]:40312` */
const addressOf = (peer: string): string => peer.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
