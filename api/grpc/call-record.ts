/** Records each call: a log line, a measurement, a span. */
import { status as codes } from '@grpc/grpc-js';
import type { Logger } from '../../platform/logger.ts';
import { grpcCallDuration } from '../../platform/metrics.ts';
import { endSpan, startSpan, traceparentOf } from '../../platform/tracing.ts';
import { toId } from '../../store/ids.ts';
import type { Principal } from '../../store/keys/api-keys.ts';
import type { Problem } from '../problem/problem.ts';
import { givenRequestId, givenTraceparent } from '../request-context.ts';
import { type RawCall, textOf } from './raw-call.ts';
import { codeOf } from './status.ts';

export interface CallOutcome {
  problem: Problem | undefined;
  /** Whether the client stopped reading the stream. */
  isStalled: boolean;
  /** `undefined` if the caller was not identified. */
  principal: Principal | undefined;
}

export interface CallRecord {
  requestId: string;
  traceparent: string | null;
  /**
   * Remembers the cause of the first 5xx, of the call or of one of its messages, for the log line.
   */
  blame: (problem: Problem) => void;
  end: (outcome: CallOutcome) => void;
}

export interface CallRecordOptions {
  /** Name of the method. */
  name: string;
  raw: RawCall;
  /** Aborts when the client has cancelled, or its deadline has passed. */
  gone: AbortSignal;
  stopping: AbortSignal;
  log: Logger;
  /** The address of the client, as the log shows it. */
  client: string | undefined;
}

export function createCallRecord({ name, raw, gone, stopping, log, client }: CallRecordOptions): CallRecord {
  const startedAt = performance.now();
  const requestId = givenRequestId(textOf(raw.metadata, 'x-request-id'));
  const parent = givenTraceparent(textOf(raw.metadata, 'traceparent'));
  const span = startSpan(name, { kind: 'server', parent });
  const traceparent = span ? traceparentOf(span) : parent;
  let cause: unknown;

  return {
    requestId,
    traceparent,
    blame(problem) {
      if (problem.status >= 500 && !stopping.aborted) cause ??= problem.cause ?? problem;
    },
    end({ problem, isStalled, principal }) {
      const ms = performance.now() - startedAt;
      const code = isStalled
        ? codes.RESOURCE_EXHAUSTED
        : gone.aborted
          ? cancellationCodeOf(raw)
          : problem
            ? codeOf(problem)
            : codes.OK;
      const hasFailed = !gone.aborted && cause !== undefined;
      grpcCallDuration.observe({ method: name, code: codes[code] }, ms / 1_000);
      endSpan(
        span,
        { 'rpc.system': 'grpc', 'rpc.method': name, 'rpc.grpc.status_code': code },
        hasFailed ? codes[code] : undefined,
      );
      log[hasFailed ? 'error' : 'info'](
        {
          request_id: requestId,
          trace_id: traceparent?.slice(3, 35),
          tenant_id: principal?.tenantId,
          mode: principal?.mode,
          key_id: principal && toId('key', principal.keyId),
          client,
          method: name,
          code: codes[code],
          ms: Math.round(ms * 100) / 100,
          err: gone.aborted ? undefined : cause,
        },
        'call',
      );
    },
  };
}

const cancellationCodeOf = (raw: RawCall): codes =>
  Number(raw.getDeadline()) <= Date.now() ? codes.DEADLINE_EXCEEDED : codes.CANCELLED;
