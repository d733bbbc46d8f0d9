/** The error of a call that got no answer. */
import type { Attempts, ErrorResponse, GaveUp } from './attempts.ts';
import { HoldfastError } from './errors.ts';

const REASONS: Record<GaveUp, string> = {
  attempts: 'the limit of attempts is reached',
  time: 'the next attempt would exceed the time limit',
  budget: 'the retry budget is used up',
};

/**
 * No attempt got a response within the limits of the client. A write took effect once or not at
 * all: send it again with the same `key`, at any time, to get its result.
 */
export class HoldfastUnavailable extends HoldfastError implements Attempts {
  override name = 'HoldfastUnavailable';
  /** The same as `idempotencyKey`. */
  readonly key: string | undefined;
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
      {
        code: 'no_response',
        status: undefined,
        retry: 'same_key',
        requestId: undefined,
        idempotencyKey: key,
        attempts,
      },
      { cause },
    );
    this.key = key;
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
