/**
 * The HTTP client of the retry contract (docs/retry-contract.md): it gives each write one key and
 * retries it with that key while the responses permit a retry. The types come from the spec.
 */
import createFetchClient, { type Client } from 'openapi-fetch';
import { type ErrorResponse, type GaveUp, HoldfastUnavailable, withAttempts } from './attempts.ts';
import type { WithOptionalKey } from './optional-key.ts';
import { retryAfterMs } from './retry-after.ts';
import { type RetryBudget, createRetryBudget } from './retry-budget.ts';
import { type Limits, type Outcome, isRetryable, waitBeforeRetryMs } from './retry-policy.ts';
import type { paths as V1 } from './v1.ts';
import type { components, paths as V2 } from './v2.ts';

export { HoldfastUnavailable, attemptsOf } from './attempts.ts';
export { type RetryBudget, createRetryBudget } from './retry-budget.ts';
export { ProofError, type ProvenReceipt, verifyReceipt } from './receipt-proof.ts';

/** The problem codes of this contract version. A newer server may send others: keep a `default`. */
export type ProblemCode = components['schemas']['Problem']['code'];

export interface ClientOptions extends Partial<Limits> {
  /** Such as `https://orders.example.com`. */
  baseUrl: string;
  apiKey: string;
  /** Time limit of one attempt, in addition to the `wait` of the event feed; default 10,000. */
  attemptMs?: number;
  /** Share one budget among clients of the same server; the default is one budget a client. */
  budget?: RetryBudget;
  /** For tests. */
  fetch?: typeof fetch;
  random?: () => number;
  sleep?: (ms: number, signal: AbortSignal) => Promise<void>;
}

export type HoldfastClient = Client<WithOptionalKey<V2>>;
export type HoldfastV1Client = Client<WithOptionalKey<V1>>;

/**
 * A client of version 2. A call resolves to `{ data, response }`, or to `{ error, response }` with
 * the problem document.
 *
 * The returned calls throw {@link HoldfastUnavailable} if no attempt got a response within the
 * limits (default 20 attempts, 60 seconds), and the abort reason if `signal` is aborted.
 */
export const createClient = (options: ClientOptions): HoldfastClient => build<WithOptionalKey<V2>>(options);

/** A client of version 1, which works until its Sunset (docs/versioning.md). */
export const createV1Client = (options: ClientOptions): HoldfastV1Client =>
  build<WithOptionalKey<V1>>(options);

/** Whether a response repeats that of an earlier request with the same key. */
export const isReplay = (response: Response): boolean =>
  response.headers.get('Idempotent-Replayed') === 'true';

function build<Paths extends object>(options: ClientOptions): Client<Paths> {
  return createFetchClient<Paths>({
    baseUrl: options.baseUrl.replace(/\/$/, ''),
    headers: { Authorization: `Bearer ${options.apiKey}` },
    fetch: retryingFetch(options),
  });
}

function retryingFetch({
  attempts = 20,
  totalMs = 60_000,
  attemptMs = 10_000,
  budget = createRetryBudget(),
  fetch: send = globalThis.fetch,
  random = Math.random,
  sleep = pause,
}: ClientOptions): (request: Request) => Promise<Response> {
  return async (request) => {
    const started = performance.now();
    const { signal } = request;
    if (request.method !== 'GET' && !request.headers.has('Idempotency-Key')) {
      request.headers.set('Idempotency-Key', crypto.randomUUID());
    }
    const key = request.headers.get('Idempotency-Key') ?? undefined;
    let lastAnswer: ErrorResponse | undefined;
    budget.earn();
    for (let attempt = 1; ; attempt += 1) {
      const limit = AbortSignal.any([signal, AbortSignal.timeout(attemptMs + feedWaitMs(request))]);
      const response = await withWholeBody(send(new Request(request.clone(), { signal: limit }))).catch(
        (error: unknown) => error,
      );
      signal.throwIfAborted();
      const { outcome, error } = response instanceof Response ? await readResponse(response) : NO_RESPONSE;
      const elapsedMs = performance.now() - started;
      const taken = { key, attempts: attempt, elapsedMs };
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

interface ReadResponse {
  outcome: Outcome;
  error: ErrorResponse | undefined;
}

const NO_RESPONSE: ReadResponse = { outcome: { kind: 'no_response' }, error: undefined };

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

/** The response with its whole body; rejects if the connection ends within the body. */
async function withWholeBody(sent: Promise<Response>): Promise<Response> {
  const response = await sent;
  const body = await response.arrayBuffer();
  const { status, statusText, headers } = response;
  return new Response(body.byteLength === 0 ? null : body, { status, statusText, headers });
}

/**
 * The retry class of a response. Without a problem document, a proxy sent it: its status decides.
 */
async function readResponse(response: Response): Promise<ReadResponse> {
  const { status, headers } = response;
  const outcomeOf = (retry: string | undefined): Outcome => ({
    kind: 'response',
    retry,
    retryAfterMs: retryAfterMs(headers, Date.now()),
  });
  if (status < 400) return { outcome: outcomeOf(undefined), error: undefined };
  if (headers.get('Content-Type')?.startsWith('application/problem+json')) {
    const problem = (await response
      .clone()
      .json()
      .catch(() => ({}))) as { retry?: string; code?: string; detail?: string };
    const { retry, code, detail } = problem;
    return {
      outcome: outcomeOf(retry),
      error: { status, ...(code !== undefined && { code }), ...(detail !== undefined && { detail }) },
    };
  }
  const retry = [429, 502, 503, 504].includes(status) ? 'same_key_after' : undefined;
  return { outcome: outcomeOf(retry), error: { status } };
}
