/** Converts a problem into a `google.rpc.Status` with the same code and the same retry advice. */
import { status } from '@grpc/grpc-js';
import type { Problem, ProblemError } from '../problem/problem.ts';
import { BadRequest, ErrorInfo, RequestInfo, RetryInfo } from './generated/google/rpc/error_details.ts';
import type { Any } from './generated/google/protobuf/any.ts';
import type { Status } from './generated/google/rpc/status.ts';

/** `domain` of ErrorInfo; {@link https://google.aip.dev/193 AIP-193}. */
export const DOMAIN = 'orders.holdfast';

/** From HTTP status codes, after https://cloud.google.com/apis/design/errors. */
const CODES: Record<number, status> = {
  400: status.INVALID_ARGUMENT,
  401: status.UNAUTHENTICATED,
  403: status.PERMISSION_DENIED,
  404: status.NOT_FOUND,
  408: status.DEADLINE_EXCEEDED,
  409: status.FAILED_PRECONDITION,
  413: status.INVALID_ARGUMENT,
  422: status.INVALID_ARGUMENT,
  429: status.RESOURCE_EXHAUSTED,
  500: status.INTERNAL,
  503: status.UNAVAILABLE,
};

/** Not ALREADY_EXISTS: many clients take it for success, but the order was not placed. */
export const codeOf = (problem: Problem): status =>
  problem.code === 'idempotency_key_reused'
    ? status.FAILED_PRECONDITION
    : (CODES[problem.status] ?? status.UNKNOWN);

/** Converts the pointer `/lines/0/quantity` into the path `order.lines[0].quantity`. */
const fieldOf = (error: ProblemError): string =>
  'parameter' in error
    ? error.parameter
    : `order${error.pointer.replaceAll(/\/([^/]*)/g, (_, name: string) => (/^\d+$/.test(name) ? `[${name}]` : `.${name}`))}`;

const packed = <Message>(
  name: string,
  type: { encode: (message: Message) => { finish: () => Uint8Array } },
  message: Message,
): Any => ({
  type_url: `type.googleapis.com/google.rpc.${name}`,
  value: Buffer.from(type.encode(message).finish()),
});

/**
 * @param requestId of the call, as in the log
 * @param code replaces the code of the problem
 */
export function statusOf(problem: Problem, requestId: string, code = codeOf(problem)): Status {
  const metadata = new Map<string, string>([
    ['code', problem.code],
    ['retry', problem.retry],
    ...Object.entries(problem.members),
  ]);
  const details = [
    packed('ErrorInfo', ErrorInfo, { reason: problem.code.toUpperCase(), domain: DOMAIN, metadata }),
    packed('RequestInfo', RequestInfo, { request_id: requestId }),
  ];
  const retryAfter = problem.headers['Retry-After'];
  if (retryAfter !== undefined) {
    details.push(packed('RetryInfo', RetryInfo, { retry_delay: { seconds: Number(retryAfter), nanos: 0 } }));
  }
  if (problem.errors !== undefined) {
    const violations = problem.errors.map((error) => ({
      field: fieldOf(error),
      description: error.detail,
    }));
    details.push(packed('BadRequest', BadRequest, { field_violations: violations }));
  }
  return { code, message: problem.message, details };
}
