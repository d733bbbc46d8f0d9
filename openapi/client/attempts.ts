/** What a call took: how often it was sent, for how long, and why no more. */

/** Why a call that might have worked out later was not sent again. */
export type GaveUp =
  /** It was sent as often as `attempts` says. */
  | 'attempts'
  /** The next attempt would have come later than `totalMs` allows: the server asked to wait for longer, or it had tried for so long. */
  | 'time'
  /** Too many calls of this client wanted to be repeated, and its turn did not come in `totalMs`. */
  | 'budget';

export interface Attempts {
  /** The `Idempotency-Key` of a write: with it, the call may be made again at any time. */
  key: string | undefined;
  /** Times that the request was sent. */
  attempts: number;
  /** Milliseconds from the first attempt to the end of the last. */
  elapsedMs: number;
  /** Left out when the answer is one to keep: done, or not worth a repeat. */
  gaveUp?: GaveUp;
}

/** What a server said, when it said something; from its problem document where it sent one. */
export interface Said {
  status: number;
  code?: string;
  detail?: string;
}

const known = new WeakMap<Response, Attempts>();

export function noted(response: Response, attempts: Attempts): Response {
  known.set(response, attempts);
  return response;
}

/**
 * What it took to get an answer. With a `gaveUp` it is an answer such as 503 that the client would have tried to better, and says why it
 * did not.
 *
 * @param response of a call of this client; `undefined` for any other
 */
export const attemptsOf = (response: Response): Attempts | undefined => known.get(response);

const WHY: Record<GaveUp, string> = {
  attempts: 'that is as often as this client sends a call',
  time: 'the next one would come later than the time of the call allows',
  budget: 'too many calls of this client are being repeated',
};

/**
 * No answer came at all, within the limits of the client. A write took effect once or not at all: made again with the same `key`, at any time, it
 * is answered as it would have been.
 */
export class HoldfastUnavailable extends Error implements Attempts {
  override name = 'HoldfastUnavailable';
  readonly key: string | undefined;
  readonly attempts: number;
  readonly elapsedMs: number;
  readonly gaveUp: GaveUp;
  /** The last answer that an attempt before the last one got, if any did. */
  readonly lastAnswer: Said | undefined;

  /** @param cause what the last attempt failed with */
  constructor(
    { method, url }: Pick<Request, 'method' | 'url'>,
    { key, attempts, elapsedMs, gaveUp }: Attempts & { gaveUp: GaveUp },
    { lastAnswer, cause }: { lastAnswer: Said | undefined; cause: unknown },
  ) {
    const { host, pathname } = new URL(url);
    const times = attempts === 1 ? '1 attempt' : `${attempts} attempts`;
    const said = lastAnswer === undefined ? '' : ` Before that it answered ${saidText(lastAnswer)}.`;
    const again =
      key === undefined ? '' : ` It took effect once or not at all: send it again with the key ${key}.`;
    super(
      `No answer from ${host} to ${method} ${pathname} after ${times} in ${(elapsedMs / 1_000).toFixed(1)} s; ` +
        `${WHY[gaveUp]}. Last: ${causeText(cause)}.${said}${again}`,
      { cause },
    );
    this.key = key;
    this.attempts = attempts;
    this.elapsedMs = elapsedMs;
    this.gaveUp = gaveUp;
    this.lastAnswer = lastAnswer;
  }
}

const saidText = ({ status, code }: Said): string =>
  code === undefined ? String(status) : `${status} ${code}`;

/** `fetch` says "fetch failed", and what it failed with is the cause. */
function causeText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  if (cause instanceof Error) return causeText(cause);
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
  return (error.message || code).replace(/\.$/, '');
}
