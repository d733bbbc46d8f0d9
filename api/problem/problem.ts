/**
 * The catalogue of problems (RFC 9457) and of their retry advice. A test compares it with the
 * spec's `x-retry` and with docs/retry-contract.md.
 */
import type { FieldError } from '../../domain/rejection.ts';

/** Retry advice; docs/retry-contract.md explains each. */
export type Retry = 'never' | 'after_change' | 'after_refetch' | 'same_key' | 'same_key_after';

interface Kind {
  status: number;
  title: string;
  /** Several where each problem chooses one. The first is the default. */
  retry: Retry | readonly Retry[];
}

/** The order's state forbids the command for now, or for ever: the domain decides which. */
const NOW_OR_EVER = ['after_change', 'never'] as const;

/** By `code`. A code is never renamed, and never gets another status. */
export const PROBLEMS = {
  malformed_request: { status: 400, title: 'Malformed request', retry: 'never' },
  malformed_json: { status: 400, title: 'Malformed JSON', retry: 'never' },
  idempotency_key_missing: { status: 400, title: 'Idempotency key missing', retry: 'never' },
  idempotency_key_invalid: { status: 400, title: 'Invalid idempotency key', retry: 'never' },
  invalid_parameter: { status: 400, title: 'Invalid parameter', retry: 'never' },
  invalid_cursor: { status: 400, title: 'Invalid cursor', retry: 'never' },
  unauthenticated: { status: 401, title: 'Not authenticated', retry: 'never' },
  scope_missing: { status: 403, title: 'Scope missing', retry: 'never' },
  address_not_allowed: { status: 403, title: 'Address not allowed', retry: 'never' },
  route_not_found: { status: 404, title: 'Resource not found', retry: 'never' },
  customer_not_found: { status: 404, title: 'Customer not found', retry: 'never' },
  order_not_found: { status: 404, title: 'Order not found', retry: 'never' },
  order_version_not_found: { status: 404, title: 'Order version not found', retry: 'never' },
  payment_not_found: { status: 404, title: 'Payment not found', retry: 'never' },
  shipment_not_found: { status: 404, title: 'Shipment not found', retry: 'never' },
  return_not_found: { status: 404, title: 'Return not found', retry: 'never' },
  refund_not_found: { status: 404, title: 'Refund not found', retry: 'never' },
  authorization_not_found: { status: 404, title: 'Authorization not found', retry: 'never' },
  hold_not_found: { status: 404, title: 'Hold not found', retry: 'never' },
  edit_not_found: { status: 404, title: 'Edit not found', retry: 'never' },
  cancellation_not_found: { status: 404, title: 'Cancellation not found', retry: 'never' },
  completion_not_found: { status: 404, title: 'Completion not found', retry: 'never' },
  webhook_endpoint_not_found: { status: 404, title: 'Webhook endpoint not found', retry: 'never' },
  webhook_delivery_not_found: { status: 404, title: 'Webhook delivery not found', retry: 'never' },
  webhook_replay_not_found: { status: 404, title: 'Webhook replay not found', retry: 'never' },
  idempotency_key_not_found: { status: 404, title: 'Idempotency key not found', retry: 'never' },
  method_not_allowed: { status: 405, title: 'Method not allowed', retry: 'never' },
  not_acceptable: { status: 406, title: 'Not acceptable', retry: 'never' },
  request_timeout: { status: 408, title: 'Request timeout', retry: 'same_key' },
  order_already_placed: { status: 409, title: 'Order already placed', retry: 'never' },
  order_already_cancelled: { status: 409, title: 'Order already cancelled', retry: 'never' },
  order_already_completed: { status: 409, title: 'Order already completed', retry: 'never' },
  order_already_paid: { status: 409, title: 'Order already paid', retry: NOW_OR_EVER },
  order_already_shipped: { status: 409, title: 'Order already shipped', retry: NOW_OR_EVER },
  order_not_paid: { status: 409, title: 'Order not paid', retry: NOW_OR_EVER },
  order_not_shipped: { status: 409, title: 'Order not shipped', retry: NOW_OR_EVER },
  order_on_hold: { status: 409, title: 'Order on hold', retry: NOW_OR_EVER },
  order_reference_taken: { status: 409, title: 'Order reference taken', retry: 'never' },
  order_number_taken: { status: 409, title: 'Order number taken', retry: 'never' },
  personal_data_not_sealed: { status: 409, title: 'Personal data not sealed', retry: 'after_change' },
  payment_already_recorded: { status: 409, title: 'Payment already recorded', retry: 'never' },
  authorization_closed: { status: 409, title: 'Authorization closed', retry: 'never' },
  capture_exceeds_authorized: {
    status: 409,
    title: 'Capture exceeds authorized amount',
    retry: 'never',
  },
  reversal_exceeds_payment: { status: 409, title: 'Reversal exceeds payment', retry: 'never' },
  refund_exceeds_payment: { status: 409, title: 'Refund exceeds payment', retry: 'never' },
  refund_exceeds_line: { status: 409, title: 'Refund exceeds line', retry: 'never' },
  refund_of_open_pieces: { status: 409, title: 'Refund of open pieces', retry: NOW_OR_EVER },
  edit_exceeds_open: { status: 409, title: 'Edit exceeds open pieces', retry: NOW_OR_EVER },
  payment_exceeds_due: { status: 409, title: 'Payment exceeds amount due', retry: NOW_OR_EVER },
  refund_exceeds_paid: { status: 409, title: 'Refund exceeds amount paid', retry: NOW_OR_EVER },
  shipment_exceeds_ordered: {
    status: 409,
    title: 'Shipment exceeds ordered quantity',
    retry: 'never',
  },
  return_exceeds_shipped: { status: 409, title: 'Return exceeds shipped quantity', retry: NOW_OR_EVER },
  webhook_endpoint_disabled: { status: 409, title: 'Webhook endpoint disabled', retry: 'after_change' },
  webhook_endpoints_full: {
    status: 409,
    title: 'Webhook endpoint limit reached',
    retry: 'after_change',
  },
  webhook_replays_full: { status: 409, title: 'Webhook replay limit reached', retry: 'after_change' },
  version_gone: { status: 410, title: 'API version ended', retry: 'never' },
  precondition_failed: { status: 412, title: 'Precondition failed', retry: 'after_refetch' },
  content_too_large: { status: 413, title: 'Content too large', retry: 'never' },
  unsupported_media_type: { status: 415, title: 'Unsupported media type', retry: 'never' },
  expectation_failed: { status: 417, title: 'Expectation failed', retry: 'never' },
  invalid_body: { status: 422, title: 'Invalid body', retry: 'never' },
  discount_exceeds_line: { status: 422, title: 'Discount exceeds line', retry: 'never' },
  totals_disagree: { status: 422, title: 'Totals disagree', retry: 'never' },
  idempotency_key_reused: { status: 422, title: 'Idempotency key reused', retry: 'never' },
  order_history_full: { status: 422, title: 'Order event limit reached', retry: 'never' },
  precondition_required: { status: 428, title: 'If-Match missing', retry: 'after_refetch' },
  rate_limited: { status: 429, title: 'Too many requests', retry: 'same_key_after' },
  header_fields_too_large: { status: 431, title: 'Header fields too large', retry: 'never' },
  internal_error: { status: 500, title: 'Internal error', retry: 'same_key' },
  overloaded: { status: 503, title: 'Overloaded', retry: 'same_key_after' },
  unavailable: { status: 503, title: 'Temporarily unavailable', retry: 'same_key_after' },
  order_busy: { status: 503, title: 'Order busy', retry: 'same_key_after' },
  projection_behind: { status: 503, title: 'Projection behind', retry: 'same_key_after' },
} as const satisfies Record<string, Kind>;

export type ProblemCode = keyof typeof PROBLEMS;

/** An invalid field of the body (`pointer`), or an invalid parameter or header (`parameter`). */
export type ProblemError = FieldError | { parameter: string; detail: string };

/** Errors in one problem document. */
export const ERRORS_MAX = 20;

/** The retry advice that problems of a code can have; the first is the default. */
export const retriesOf = (code: ProblemCode): readonly Retry[] => [PROBLEMS[code].retry].flat();

interface Extras {
  errors?: ProblemError[] | undefined;
  /** One of {@link retriesOf} the code. */
  retry?: Retry | undefined;
  /** Header fields of the response. */
  headers?: Record<string, string>;
  /** Further members of the document, such as the id of what is in the way. */
  members?: Record<string, string>;
  cause?: unknown;
}

/** A failed request: thrown anywhere, answered by answer-problems.ts. */
export class Problem extends Error {
  override name = 'Problem';
  readonly code: ProblemCode;
  readonly status: number;
  readonly retry: Retry;
  readonly errors: ProblemError[] | undefined;
  readonly headers: Record<string, string>;
  readonly members: Record<string, string>;

  /** @param detail what happened, where, and what to do: for the client's developer */
  constructor(code: ProblemCode, detail: string, extras: Extras = {}) {
    const { errors, retry, headers = {}, members = {}, cause } = extras;
    super(detail, { cause });
    this.code = code;
    this.status = PROBLEMS[code].status;
    this.retry = retry ?? retriesOf(code)[0]!;
    this.errors = errors?.slice(0, ERRORS_MAX);
    this.headers = headers;
    this.members = members;
  }
}

/** The media type of a problem document. */
export const PROBLEM_TYPE = 'application/problem+json';

/** The problem document (RFC 9457). */
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
    ...problem.members,
    ...(problem.errors && { errors: problem.errors }),
  };
}
