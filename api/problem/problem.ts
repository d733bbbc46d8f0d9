/**
 * Everything that can go wrong, and what a client may do then. RFC 9457 documents; the catalogue is the
 * retry contract, and a test holds it, the spec's `x-retry` and docs/retry-contract.md together.
 */
import type { FieldError } from '../../domain/rejection.ts';

/** What a client may do next; openapi/v1.yaml says each one in words. */
export type Retry = 'never' | 'after_change' | 'after_refetch' | 'same_key' | 'same_key_after';

interface Kind {
  status: number;
  title: string;
  /** More than one where each problem says which: once for now, once for good. */
  retry: Retry | readonly Retry[];
}

/** Of what an order's state forbids for now, or for good: the domain says which. */
const NOW_OR_FOR_GOOD = ['after_change', 'never'] as const;

/** Each `code` that a client can meet. A code is never renamed or given another status. */
export const PROBLEMS = {
  malformed_request: { status: 400, title: 'Malformed request', retry: 'never' },
  malformed_json: { status: 400, title: 'Malformed JSON', retry: 'never' },
  idempotency_key_missing: { status: 400, title: 'Idempotency-Key is missing', retry: 'never' },
  idempotency_key_invalid: { status: 400, title: 'Idempotency-Key is not valid', retry: 'never' },
  invalid_parameter: { status: 400, title: 'Invalid parameter', retry: 'never' },
  invalid_cursor: { status: 400, title: 'Invalid cursor', retry: 'never' },
  unauthenticated: { status: 401, title: 'Not authenticated', retry: 'never' },
  scope_missing: { status: 403, title: 'Scope is missing', retry: 'never' },
  route_not_found: { status: 404, title: 'No such resource', retry: 'never' },
  customer_not_found: { status: 404, title: 'Customer not found', retry: 'never' },
  order_not_found: { status: 404, title: 'Order not found', retry: 'never' },
  order_version_not_found: { status: 404, title: 'Order was never at this version', retry: 'never' },
  payment_not_found: { status: 404, title: 'Payment not found', retry: 'never' },
  shipment_not_found: { status: 404, title: 'Shipment not found', retry: 'never' },
  return_not_found: { status: 404, title: 'Return not found', retry: 'never' },
  refund_not_found: { status: 404, title: 'Refund not found', retry: 'never' },
  cancellation_not_found: { status: 404, title: 'Order is not cancelled', retry: 'never' },
  completion_not_found: { status: 404, title: 'Order is not completed', retry: 'never' },
  webhook_endpoint_not_found: { status: 404, title: 'Webhook endpoint not found', retry: 'never' },
  webhook_delivery_not_found: { status: 404, title: 'Webhook delivery not found', retry: 'never' },
  webhook_replay_not_found: { status: 404, title: 'Webhook replay not found', retry: 'never' },
  idempotency_key_not_found: {
    status: 404,
    title: 'No command with this key has taken effect',
    retry: 'never',
  },
  method_not_allowed: { status: 405, title: 'Method not allowed', retry: 'never' },
  not_acceptable: { status: 406, title: 'Not acceptable', retry: 'never' },
  request_timeout: { status: 408, title: 'Request timeout', retry: 'same_key' },
  order_already_placed: { status: 409, title: 'Order is already placed', retry: 'never' },
  order_already_cancelled: { status: 409, title: 'Order is already cancelled', retry: 'never' },
  order_already_completed: { status: 409, title: 'Order is already completed', retry: 'never' },
  order_already_paid: { status: 409, title: 'Order is already paid', retry: 'never' },
  order_already_shipped: { status: 409, title: 'Order is already shipped', retry: 'never' },
  order_not_paid: { status: 409, title: 'Order is not paid', retry: NOW_OR_FOR_GOOD },
  order_not_shipped: { status: 409, title: 'Order is not shipped', retry: NOW_OR_FOR_GOOD },
  payment_exceeds_due: { status: 409, title: 'Payment is more than is due', retry: 'never' },
  refund_exceeds_paid: { status: 409, title: 'Refund is more than was paid', retry: NOW_OR_FOR_GOOD },
  shipment_exceeds_ordered: {
    status: 409,
    title: 'Shipment is more than is left to ship',
    retry: 'never',
  },
  return_exceeds_shipped: { status: 409, title: 'Return is more than was shipped', retry: NOW_OR_FOR_GOOD },
  webhook_endpoint_disabled: { status: 409, title: 'Webhook endpoint is disabled', retry: 'after_change' },
  webhook_endpoints_full: {
    status: 409,
    title: 'Webhook endpoint limit reached',
    retry: 'after_change',
  },
  version_gone: { status: 410, title: 'Version is gone', retry: 'never' },
  precondition_failed: { status: 412, title: 'Changed since it was read', retry: 'after_refetch' },
  content_too_large: { status: 413, title: 'Content too large', retry: 'never' },
  unsupported_media_type: { status: 415, title: 'Unsupported media type', retry: 'never' },
  expectation_failed: { status: 417, title: 'Expectation failed', retry: 'never' },
  invalid_body: { status: 422, title: 'Invalid body', retry: 'never' },
  idempotency_key_reused: {
    status: 422,
    title: 'Idempotency-Key was used for another request',
    retry: 'never',
  },
  order_history_full: { status: 422, title: 'Order event limit reached', retry: 'never' },
  precondition_required: { status: 428, title: 'If-Match is missing', retry: 'after_refetch' },
  rate_limited: { status: 429, title: 'Too many requests', retry: 'same_key_after' },
  header_fields_too_large: { status: 431, title: 'Header fields too large', retry: 'never' },
  internal_error: { status: 500, title: 'Internal error', retry: 'same_key' },
  overloaded: { status: 503, title: 'Overloaded', retry: 'same_key_after' },
  unavailable: { status: 503, title: 'Temporarily unavailable', retry: 'same_key_after' },
  order_busy: { status: 503, title: 'Order is busy', retry: 'same_key_after' },
  projection_behind: { status: 503, title: 'The list is behind', retry: 'same_key_after' },
} as const satisfies Record<string, Kind>;

export type ProblemCode = keyof typeof PROBLEMS;

/** A field at fault in the body (`pointer`), or a query parameter or header (`parameter`). */
export type ProblemError = FieldError | { parameter: string; detail: string };

/** Errors that are told of one request, at most. */
export const MOST_ERRORS = 20;

/** What each problem of a code may say that a client may do next; the first one unless it is said otherwise. */
export const retriesOf = (code: ProblemCode): readonly Retry[] => [PROBLEMS[code].retry].flat();

interface Extras {
  errors?: ProblemError[] | undefined;
  /** One of {@link retriesOf} the code. */
  retry?: Retry | undefined;
  /** Header fields of the answer. */
  headers?: Record<string, string>;
  cause?: unknown;
}

/** Thrown anywhere in a request, answered in one place. */
export class Problem extends Error {
  override name = 'Problem';
  readonly code: ProblemCode;
  readonly status: number;
  readonly retry: Retry;
  readonly errors: ProblemError[] | undefined;
  readonly headers: Record<string, string>;

  /** @param detail what is wrong here and what would be right, for the client's developer to read */
  constructor(code: ProblemCode, detail: string, { errors, retry, headers = {}, cause }: Extras = {}) {
    super(detail, { cause });
    this.code = code;
    this.status = PROBLEMS[code].status;
    this.retry = retry ?? retriesOf(code)[0]!;
    this.errors = errors?.slice(0, MOST_ERRORS);
    this.headers = headers;
  }
}

/** The media type of a problem document. */
export const PROBLEM_TYPE = 'application/problem+json';

/** The document that a client reads. */
export function problemDocument(problem: Problem, requestId: string): Record<string, unknown> {
  const { status, title } = PROBLEMS[problem.code];
  return {
    type: `/problems/${problem.code}`,
    title,
    status,
    code: problem.code,
    detail: problem.message,
    retry: problem.retry,
    request_id: requestId,
    ...(problem.errors && { errors: problem.errors }),
  };
}
