/** The error of a call: a problem of the contract, or no answer. */
import { attemptsOf } from './attempts.ts';
import type { components } from './v2.ts';

export type Problem = components['schemas']['Problem'];
/** The problem codes of this contract version. A newer server may send others: keep a `default`. */
export type ProblemCode = Problem['code'];
/** What a client may do after an error (docs/retry-contract.md). */
export type Retry = Problem['retry'];

export type ErrorCode =
  | ProblemCode
  /** No attempt got an answer: {@link HoldfastUnavailable}. */
  | 'no_response'
  /** An error that Holdfast did not send, such as 403 of a proxy. `status` is all that is known. */
  | 'not_a_problem';

export interface ErrorFacts {
  code: ErrorCode;
  /** HTTP status; `undefined` without an answer. */
  status: number | undefined;
  /** `undefined` if no problem document says so. */
  retry: Retry | undefined;
  /** `X-Request-Id` of the last answer, for the log of the server. */
  requestId: string | undefined;
  /** The key of a write. Keep it if the outcome is open: `resume(key)`. */
  idempotencyKey: string | undefined;
  /** Number of times that the request was sent. */
  attempts: number;
}

/** A call failed. {@link dataOf} throws it; without it, calls return the problem as `error`. */
export class HoldfastError extends Error implements ErrorFacts {
  override name = 'HoldfastError';
  readonly code: ErrorCode;
  readonly status: number | undefined;
  readonly retry: Retry | undefined;
  readonly requestId: string | undefined;
  readonly idempotencyKey: string | undefined;
  readonly attempts: number;
  /** The whole problem document, with the places of all faults in `errors`. */
  readonly problem: Problem | undefined;

  constructor(message: string, facts: ErrorFacts, options: { problem?: Problem; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = facts.code;
    this.status = facts.status;
    this.retry = facts.retry;
    this.requestId = facts.requestId;
    this.idempotencyKey = facts.idempotencyKey;
    this.attempts = facts.attempts;
    this.problem = options.problem;
  }
}

/** The result of a call, as openapi-fetch returns it. */
interface CallResult<Data> {
  data?: Data;
  error?: unknown;
  response: Response;
}

/**
 * The body of a successful answer: `const order = await dataOf(holdfast.POST('/v2/orders', …))`.
 *
 * @throws {HoldfastError} the answer is an error
 */
export async function dataOf<Data>(call: Promise<CallResult<Data>>): Promise<Exclude<Data, undefined>> {
  const { data, error, response } = await call;
  if (response.ok) return data as Exclude<Data, undefined>;
  throw errorOf(error, response);
}

/** @param body the parsed problem document, or the text of a proxy */
export function errorOf(body: unknown, response: Response): HoldfastError {
  const { status, headers } = response;
  const { key, attempts = 1 } = attemptsOf(response) ?? {};
  const facts = {
    status,
    requestId: headers.get('X-Request-Id') ?? undefined,
    idempotencyKey: key,
    attempts,
  };
  if (!isProblem(body)) {
    const message = `${status} without a problem document: a proxy answered, not Holdfast.`;
    return new HoldfastError(message, { ...facts, code: 'not_a_problem', retry: undefined });
  }
  const { code, title, detail, retry } = body;
  return new HoldfastError(
    `${title} (${status} ${code}). ${detail}`,
    { ...facts, code, retry },
    { problem: body },
  );
}

const isProblem = (body: unknown): body is Problem =>
  typeof body === 'object' && body !== null && 'code' in body && 'retry' in body;
