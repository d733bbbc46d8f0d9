/** The attempts of a call: their number, their duration and the reason why the client stopped. */

/** Why the client stopped retrying a call that a further attempt might have completed. */
export type GaveUp =
  /** The call has used all its `attempts`. */
  | 'attempts'
  /** The next attempt would start after `totalMs`. */
  | 'time'
  /** The retry budget had no retry for this call within `totalMs`. */
  | 'budget';

export interface Attempts {
  /** `Idempotency-Key` of a write. With this key, the call is safe to repeat at any time. */
  key: string | undefined;
  /** Number of times that the request was sent. */
  attempts: number;
  /** Milliseconds from the first attempt to the end of the last. */
  elapsedMs: number;
  /** Absent if the response is final: success, or a failure that a retry cannot change. */
  gaveUp?: GaveUp;
}

/** The error response of a server; `code` and `detail` come from its problem document. */
export interface ErrorResponse {
  status: number;
  code?: string;
  detail?: string;
}

const attemptsByResponse = new WeakMap<Response, Attempts>();

export function withAttempts(response: Response, attempts: Attempts): Response {
  attemptsByResponse.set(response, attempts);
  return response;
}

/**
 * The attempts behind a response. A response with `gaveUp` is a temporary failure, such as 503,
 * that the client stopped retrying.
 *
 * @returns `undefined` if this client did not send the call
 */
export const attemptsOf = (response: Response): Attempts | undefined => attemptsByResponse.get(response);

const REASONS: Record<GaveUp, string> = {
  attempts: 'the limit of attempts is reached',
  time: 'the next attempt would exceed the time limit',
  budget: 'the retry budget is used up',
};

/**
 * No attempt got a response within the limits of the client. A write took effect once or not at
 * all: send it again with the same `key`, at any time, to get its result.
 */
export class HoldfastUnavailable extends Error implements Attempts {
  override name = 'HoldfastUnavailable';
  readonly key: string | undefined;
  readonly attempts: number;
  readonly elapsedMs: number;
  readonly gaveUp: GaveUp;
  /** The last error response of an earlier attempt, if there was one. */
  readonly lastAnswer: ErrorResponse | undefined;

  /** @param cause error of the last attempt */
  constructor(
    { method, url }: Pick<Request, 'method' | 'url'>,
    { key, attempts, elapsedMs, gaveUp }: Attempts & { gaveUp: GaveUp },
    { lastAnswer, cause }: { lastAnswer: ErrorResponse | undefined; cause: unknown },
  ) {
    const { host, pathname } = new URL(url);
    const times = attempts === 1 ? '1 attempt' : `${attempts} attempts`;
    const earlier = lastAnswer === undefined ? '' : ` An earlier attempt got ${responseText(lastAnswer)}.`;
    const again =
      key === undefined ? '' : ` The write took effect once or not at all: retry it with key ${key}.`;
    super(
      `No response from ${host} to ${method} ${pathname} after ${times} in ${(elapsedMs / 1_000).toFixed(1)} s; ` +
        `${REASONS[gaveUp]}. Last error: ${causeText(cause)}.${earlier}${again}`,
      { cause },
    );
    this.key = key;
    this.attempts = attempts;
    this.elapsedMs = elapsedMs;
    this.gaveUp = gaveUp;
    this.lastAnswer = lastAnswer;
  }
}

const responseText = ({ status, code }: ErrorResponse): string =>
  code === undefined ? String(status) : `${status} ${code}`;

/** The innermost message: `fetch` reports only "fetch failed" and keeps the error in `cause`. */
function causeText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  if (cause instanceof Error) return causeText(cause);
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
  return (error.message || code).replace(/\.$/, '');
}
