/** A `fetch` that follows the retry contract: it repeats requests while the responses permit it. */
import { type Attempts, type ErrorResponse, type GaveUp, attemptsOf, withAttempts } from '../attempts.ts';
import { type KeyStore, type PendingWrite, keyOf, pendingWriteOf } from '../keys/pending-writes.ts';
import { NO_RESPONSE, readResponse, withWholeBody } from './responses.ts';
import { type RetryBudget, createRetryBudget } from '../retry-budget.ts';
import { type Limits, isRetryable, waitBeforeRetryMs } from '../retry-policy.ts';
import { HoldfastUnavailable } from '../unavailable.ts';

export interface RetryOptions extends Partial<Limits> {
  /** Time limit of one attempt, in addition to the `wait` of the event feed; default 10,000. */
  attemptMs?: number;
  /** Share one budget among clients of the same server; the default is one budget a client. */
  budget?: RetryBudget;
  /**
   * Called with each write before it is sent first. The call waits for it. Store the key, and
   * `resume` it if the program ends before the call.
   */
  onKey?: (write: PendingWrite) => void | Promise<void>;
  /** Keeps each write until its final answer, so that `resume` works after a restart. */
  keys?: KeyStore;
  /** For tests. */
  fetch?: typeof fetch;
  random?: () => number;
  sleep?: (ms: number, signal: AbortSignal) => Promise<void>;
}

export type RetryingFetch = (request: Request) => Promise<Response>;

/**
 * @returns a function that throws {@link HoldfastUnavailable} if no attempt got a response, the
 *   abort reason of the request's signal, or an error of `onKey` or `keys` before it sends anything
 */
export function retryingFetch(options: RetryOptions): RetryingFetch {
  const { keys, onKey } = options;
  const send = sendingWithRetries(options);
  return async (request) => {
    const isWrite = request.method !== 'GET' && request.method !== 'HEAD';
    if (isWrite && !request.headers.has('Idempotency-Key'))
      request.headers.set('Idempotency-Key', crypto.randomUUID());
    if (!isWrite || (keys === undefined && onKey === undefined)) return send(request);

    const write = await pendingWriteOf(request);
    await keys?.add(write);
    await onKey?.(write);
    const response = await send(request);
    const isFinal = attemptsOf(response)?.gaveUp === undefined;
    // A key that stays in the store is harmless: its receipt says what happened.
    if (isFinal) await keys?.remove(write.key).catch(() => {});
    return response;
  };
}

function sendingWithRetries({
  attempts = 20,
  totalMs = 60_000,
  attemptMs = 10_000,
  budget = createRetryBudget(),
  fetch: send = globalThis.fetch,
  random = Math.random,
  sleep = pause,
}: RetryOptions): (request: Request) => Promise<Response> {
  return async (request) => {
    const started = performance.now();
    const { signal } = request;
    const key = request.headers.has('Idempotency-Key') ? keyOf(request.headers) : undefined;
    let lastAnswer: ErrorResponse | undefined;
    budget.earn();
    for (let attempt = 1; ; attempt += 1) {
      const limit = AbortSignal.any([signal, AbortSignal.timeout(attemptMs + feedWaitMs(request))]);
      const sent = send(new Request(request.clone(), { signal: limit, redirect: 'manual' }));
      const response = await withWholeBody(sent).catch((error: unknown) => error);
      signal.throwIfAborted();
      const { outcome, error } = response instanceof Response ? await readResponse(response) : NO_RESPONSE;
      const elapsedMs = performance.now() - started;
      const taken: Attempts = { key, attempts: attempt, elapsedMs };
      if (response instanceof Response && !isRetryable(outcome)) {
        if (attempt > 1) budget.repay();
        return withAttempts(response, taken);
      }
      const giveUp = (gaveUp: GaveUp): Response => {
        if (response instanceof Response) return withAttempts(response, { ...taken, gaveUp });
        throw new HoldfastUnavailable(request, { ...taken, gaveUp }, { lastAnswer, cause: response });
      };
      const waitMs = waitBeforeRetryMs(
        outcome,
        { attempt, elapsedMs, random: random() },
        { attempts, totalMs },
      );
      if (waitMs === undefined) return giveUp(attempt >= attempts ? 'attempts' : 'time');
      lastAnswer = error ?? lastAnswer;
      await unlessAborted(signal, sleep(waitMs, signal));
      const remainingMs = totalMs - Math.max(elapsedMs + waitMs, performance.now() - started);
      const hasRetry = await budget.spend(remainingMs, signal);
      signal.throwIfAborted();
      if (!hasRetry) return giveUp('budget');
    }
  };
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end, { once: true });
  });
}

/** Waits, or throws the abort reason at once when the caller aborts. */
async function unlessAborted(signal: AbortSignal, waiting: Promise<void>): Promise<void> {
  let end = () => {};
  // Node 20 lacks Promise.withResolvers.
  const aborted = new Promise<void>((resolve) => {
    end = resolve;
  });
  signal.addEventListener('abort', end, { once: true });
  await Promise.race([waiting, aborted]);
  signal.removeEventListener('abort', end);
  signal.throwIfAborted();
}

/** The `wait` of the event feed, for which the server may hold its response. */
const feedWaitMs = (request: Request): number =>
  Number(new URL(request.url).searchParams.get('wait') ?? 0) * 1_000;
