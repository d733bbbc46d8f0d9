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
