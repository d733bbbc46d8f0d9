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
import type { Logger } from '../../platform/logger.ts';
import { grpcCallDuration } from '../../platform/metrics.ts';
import { endSpan, startSpan, traceparentOf } from '../../platform/tracing.ts';
import type { Principal } from '../../store/keys/api-keys.ts';
import { type Authenticate, type Standing, requireScope } from '../authenticate.ts';
import type { Services } from '../handler.ts';
import type { ByteBudget } from '../http/byte-budget.ts';
import { requireRoomOf } from '../http/answer-room.ts';
import { type Watch, keepWatch } from '../lists/keep-watch.ts';
import type { RateLimits } from '../limiter/rate-limit.ts';
import type { Callers } from '../overview/callers.ts';
import { Problem } from '../problem/problem.ts';
import { givenRequestId, givenTraceparent } from '../request-context.ts';
import { toProblem } from '../problem/to-problem.ts';
import { decoded, sizeOf } from './wire/decode.ts';
import { readNoFurther } from './wire/http2-stream.ts';
import { STALL_MS } from './wire/limits.ts';
import { Status } from './generated/google/rpc/status.ts';
import {
  type BidiStream,
  type Call,
  type Requests,
  type ServerStream,
  type Unary,
} from './methods/method.ts';
import { type RawSink, type Sink, createSink } from './wire/sink.ts';
import { codeOf, statusOf } from './status.ts';
import { createStreamCount } from './wire/stream-count.ts';
import { endUnlessTaken, holdForCall } from './wire/unary-answer.ts';
import { createWindow } from './methods/window.ts';

export interface FrameOptions {
  services: Services;
  limits: RateLimits;
  authenticate: Authenticate;
  noteCall: Callers['note'];
  /** What clients hold of memory, by all doors. */
  bytes: ByteBudget;
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
type Encode<Response> = (response: Response) => Buffer;

/** Handlers for grpc-js, of methods and what encodes their responses. */
export interface Frame {
  unary: <Request extends object, Response>(
    name: string,
    method: Unary<Request, Response>,
    encode: Encode<Response>,
  ) => handleUnaryCall<Request, Response>;
  serverStream: <Request extends object, Response>(
    name: string,
    method: ServerStream<Request, Response>,
    encode: Encode<Response>,
  ) => handleServerStreamingCall<Request, Response>;
  bidiStream: <Request, Response>(
    name: string,
    method: BidiStream<Request, Response>,
    encode: Encode<Response>,
  ) => handleBidiStreamingCall<Request, Response>;
}

/** What a stream has beside a unary call. */
interface StreamOptions {
  /** Called when the call is taken. */
  accepted: (requestId: string) => void;
  /** Aborted with the problem of a client that takes no messages. */
  stalled: AbortSignal;
}

export function createFrame(options: FrameOptions): Frame {
  const { services, limits, authenticate, noteCall, bytes, log, stopping } = options;
  const window = createWindow();
  const streams = createStreamCount();
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
    stream?: StreamOptions,
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
    let close: (() => void) | undefined;
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
      if (stream) close = streams.open(principal.keyId);
      else requireRoomOf(principal.keyId, bytes);
      stream?.accepted(requestId);
      await run({
        requestId,
        traceparent,
        principal,
        watch,
        services,
        limits,
        gone: stream ? AbortSignal.any([gone.signal, stream.stalled]) : gone.signal,
        stopping,
        window,
        bytes,
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
      close?.();
    }
    const ms = performance.now() - started;
    // Whoever hung up was told nothing; grpc-js has told those whose deadline passed.
    problem = (stream?.stalled.reason as Problem | undefined) ?? problem;
    const code = stream?.stalled.aborted
      ? codes.RESOURCE_EXHAUSTED
      : gone.signal.aborted
        ? abandoned(raw)
        : problem
          ? codeOf(problem)
          : codes.OK;
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

  /** Runs a stream, whose client is sent nothing that it does not take. */
  async function stream(
    name: string,
    raw: RawStream,
    kind: Kind,
    run: (call: Call, sink: Sink) => Promise<void>,
  ): Promise<void> {
    const stall = new AbortController();
    const gone = new AbortController();
    raw.once('cancelled', () => gone.abort());
    let requestId = '';
    const sink = createSink(name, raw, AbortSignal.any([gone.signal, stall.signal]), () => {
      const problem = stalledProblem();
      stall.abort(problem);
      return failureOf(problem, requestId, codes.RESOURCE_EXHAUSTED);
    });
    const accepted = (id: string) => {
      requestId = id;
      accept(raw, id, kind.counted === undefined ? limits.writePolicy : undefined);
    };
    const options = { accepted, stalled: stall.signal };
    sink.end(await serve(name, raw, kind, (call) => run(call, sink), options));
  }

  return {
    unary: (name, method, encode) => async (raw, callback) => {
      let response: Buffer | undefined;
      const run = async (call: Call) => {
        holdForCall(raw, sizeOf(raw.request), call);
        response = encode(await method.run(call, decoded(raw.request)));
        holdForCall(raw, response.byteLength, call);
      };
      const failure = await serve(name, raw, method, run);
      if (response) endUnlessTaken(raw);
      callback(failure ?? null, response as unknown as Parameters<typeof callback>[1]);
    },
    serverStream: (name, method, encode) => (raw) =>
      stream(name, raw as unknown as RawStream, method, (call, sink) =>
        method.run(call, decoded(raw.request), { ...sink, encode }),
      ),
    bidiStream: (name, method, encode) => (raw) => {
      readNoFurther(raw);
      return stream(name, raw as unknown as RawStream, method, (call, sink) =>
        method.run(call, raw as unknown as Requests<never>, { ...sink, encode }),
      );
    },
  };
}

type RawStream = RawCall & RawSink & { sendMetadata: (metadata: Metadata) => void };

const stalledProblem = () =>
  new Problem(
    'overloaded',
    `You took no message for ${STALL_MS / 1_000} seconds. Open the stream again, and go on from what you have got.`,
    { headers: { 'Retry-After': '1' } },
  );

/** The first thing that the client of a stream hears, before there is anything to send: it may go on. */
function accept(raw: RawStream, requestId: string, policy: string | undefined): void {
  const metadata = new Metadata();
  metadata.set('x-request-id', requestId);
  if (policy !== undefined) metadata.set('ratelimit-policy', policy);
  raw.sendMetadata(metadata);
}

function failureOf(problem: Problem, requestId: string, code = codeOf(problem)): ServerErrorResponse {
  const metadata = new Metadata();
  const status = Buffer.from(Status.encode(statusOf(problem, requestId, code)).finish());
  metadata.set('grpc-status-details-bin', status);
  return Object.assign(new Error(problem.message), {
    code,
    details: problem.message,
    metadata,
  });
}

const abandoned = (raw: RawCall): codes =>
  Number(raw.getDeadline()) <= Date.now() ? codes.DEADLINE_EXCEEDED : codes.CANCELLED;

const textOf = (metadata: Metadata, name: string): string => String(metadata.get(name)[0] ?? '');

/** `127.0.0.1:40312`, `[::1]:40312` */
const addressOf = (peer: string): string => peer.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
