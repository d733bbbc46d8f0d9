/**
 * The steps around each gRPC call: caller, quota, scope, status, log line. They are the steps of a
 * REST request (api/app.ts) and use the same parts.
 */
import {
  Metadata,
  type ServerErrorResponse,
  type handleBidiStreamingCall,
  type handleServerStreamingCall,
  type handleUnaryCall,
  status as codes,
} from '@grpc/grpc-js';
import type { LogAddress } from '../../platform/log-address.ts';
import type { Logger } from '../../platform/logger.ts';
import type { Principal } from '../../store/keys/api-keys.ts';
import { confirmFrom } from '../caller-address.ts';
import type { Services } from '../handler.ts';
import type { ByteBudget } from '../http/byte-budget.ts';
import { requireRoomOf } from '../http/answer-room.ts';
import { type Watch, keepWatch } from '../lists/keep-watch.ts';
import type { Callers } from '../overview/callers.ts';
import { Problem } from '../problem/problem.ts';
import { confirmedBy } from '../problem/confirmed-answer.ts';
import { toProblem } from '../problem/to-problem.ts';
import { createCallRecord } from './call-record.ts';
import { Status } from './generated/google/rpc/status.ts';
import { type Access, type IdentifyOptions, createIdentify } from './identify.ts';
import { createInFlightOrders } from './methods/in-flight-orders.ts';
import {
  type BidiStream,
  type Call,
  type Requests,
  type ServerStream,
  type Unary,
} from './methods/method.ts';
import { type RawCall, cancellationOf, clientOf } from './raw-call.ts';
import { codeOf, statusOf } from './status.ts';
import { decoded, sizeOf } from './wire/decode.ts';
import { readNoFurther } from './wire/http2-stream.ts';
import { STREAM_READ_PACE } from './wire/limits.ts';
import { type RawSink, type Sink, createSink } from './wire/sink.ts';
import { createStreamCount } from './wire/stream-count.ts';
import { endUnlessTaken, holdForCall } from './wire/unary-answer.ts';

export interface FrameOptions extends IdentifyOptions {
  services: Services;
  noteCall: Callers['note'];
  /** Memory that clients hold, over REST and gRPC. */
  bytes: ByteBudget;
  log: Logger;
  logAddress: LogAddress;
  stopping: AbortSignal;
}

type Encode<Response> = (response: Response) => Buffer;

/** Wraps methods into handlers for grpc-js. `encode` encodes their responses. */
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

interface StreamOptions {
  /** Called once the caller is identified. */
  accepted: (requestId: string, principal: Principal) => void;
  /** Aborts, with a problem, when the client reads too slowly. */
  stalled: AbortSignal;
}

export function createFrame(options: FrameOptions): Frame {
  const { services, limits, noteCall, bytes, log, logAddress, trustedProxies, stopping } = options;
  const identify = createIdentify(options);
  const inFlight = createInFlightOrders();
  const streams = createStreamCount();

  /** @returns the failure for the client; `undefined` after a success */
  async function serve(
    name: string,
    raw: RawCall,
    access: Access,
    run: (call: Call) => Promise<void>,
    stream?: StreamOptions,
  ): Promise<ServerErrorResponse | undefined> {
    const cancelled = cancellationOf(raw);
    const record = createCallRecord({
      name,
      raw,
      client: logAddress(clientOf(raw, trustedProxies)),
      gone: cancelled,
      stopping,
      log,
    });
    const { requestId, traceparent } = record;
    let principal: Principal | undefined;
    let watch: Watch | undefined;
    let closeStream: (() => void) | undefined;
    let problem: Problem | undefined;
    const note = (status: number, replayed: boolean) => {
      if (principal) noteCall({ keyId: principal.keyId, tenantId: principal.tenantId, status, replayed });
    };
    /** Logs a bug at once: the stream may stay open for days. */
    const fault = (problem: Problem) => {
      record.blame(problem);
      if (problem.code === 'internal_error')
        log.error({ request_id: requestId, err: problem.cause }, 'stream message failed');
    };
    const serveCall = async () => {
      const { standing, address } = await identify(raw, access);
      ({ principal } = standing);
      watch = keepWatch(() => confirmFrom(standing, access.scope, address));
      if (cancelled.aborted) throw cancelledProblem();
      if (stream) closeStream = streams.open(principal);
      else requireRoomOf(principal.tenantId, bytes);
      stream?.accepted(requestId, principal);
      const gone = stream ? AbortSignal.any([cancelled, stream.stalled]) : cancelled;
      const shared = { services, limits, stopping, inFlight, bytes };
      const call = { ...shared, requestId, traceparent, standing, watch, gone, note, fault };
      await run({ ...call, principal });
    };
    try {
      // A stream confirms each of its reads: it may outlive a primary.
      await (stream ? serveCall() : confirmedBy(services.primary, serveCall));
    } catch (error) {
      problem = toProblem(error);
      note(problem.status, false);
      record.blame(problem);
    } finally {
      watch?.end();
      closeStream?.();
    }
    problem = (stream?.stalled.reason as Problem | undefined) ?? problem;
    record.end({ problem, isStalled: stream?.stalled.aborted === true, principal });
    return problem && failureOf(problem, requestId);
  }

  /** Runs a stream. Its client gets no message beyond what it reads. */
  async function serveStream(
    name: string,
    raw: RawStream,
    access: Access,
    run: (call: Call, sink: Sink) => Promise<void>,
  ): Promise<void> {
    const stall = new AbortController();
    let requestId = '';
    const sink = createSink(name, raw, AbortSignal.any([cancellationOf(raw), stall.signal]), () => {
      const problem = stalledProblem();
      stall.abort(problem);
      return failureOf(problem, requestId, codes.RESOURCE_EXHAUSTED);
    });
    const accepted = (id: string, principal: Principal) => {
      requestId = id;
      accept(raw, id, access.counted === undefined ? limits.writePolicyOf(principal) : undefined);
    };
    const stream = { accepted, stalled: stall.signal };
    sink.end(await serve(name, raw, access, (call) => run(call, sink), stream));
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
      serveStream(name, raw as unknown as RawStream, method, (call, sink) =>
        method.run(call, decoded(raw.request), { ...sink, encode }),
      ),
    bidiStream: (name, method, encode) => (raw) => {
      readNoFurther(raw);
      return serveStream(name, raw as unknown as RawStream, method, (call, sink) =>
        method.run(call, raw as unknown as Requests<never>, { ...sink, encode }),
      );
    },
  };
}

type RawStream = RawCall & RawSink & { sendMetadata: (metadata: Metadata) => void };

const cancelledProblem = () =>
  new Problem('request_timeout', 'The call was cancelled before it began. It had no effect.');

const { stallMs, bytesPerSecondMin, windowMs } = STREAM_READ_PACE;
const SLOW =
  `The client read no message for ${stallMs / 1_000} seconds, or less than ${bytesPerSecondMin} bytes ` +
  `a second for ${windowMs / 1_000} seconds. Open the stream again and resume.`;

const stalledProblem = () => new Problem('overloaded', SLOW, { headers: { 'Retry-After': '1' } });

/** Sends the metadata of a stream before its first message: the client may begin. */
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
