/**
 * A client that keeps to the retry contract (docs/retry-contract.md): every write has one key, made once, and is sent again with that key
 * for as long as the answer says that this may help. Types are made from the spec.
 */
import createFetchClient, { type Client } from 'openapi-fetch';
import { type GaveUp, HoldfastUnavailable, type Said, noted } from './attempts.ts';
import type { WithOptionalKey } from './optional-key.ts';
import { retryAfterMs } from './retry-after.ts';
import { type RetryBudget, createRetryBudget } from './retry-budget.ts';
import { type Limits, type Outcome, isPassing, waitBeforeRetry } from './retry-policy.ts';
import type { paths as V1 } from './v1.ts';
import type { components, paths as V2 } from './v2.ts';

export { HoldfastUnavailable, attemptsOf } from './attempts.ts';

/** The codes of problems that the contract knew when these types were made. A newer server may say another one: keep a `default`. */
export type ProblemCode = components['schemas']['Problem']['code'];

export interface ClientOptions extends Partial<Limits> {
  /** Such as `https://orders.example.com`. */
  baseUrl: string;
  apiKey: string;
  /** Milliseconds that one attempt may take, besides the `wait` of a feed; 10,000 unless said otherwise. */
  attemptMs?: number;
  /** Shared by clients that call the same server; each has its own unless said otherwise. */
  budget?: RetryBudget;
  /** For tests. */
  fetch?: typeof fetch;
  random?: () => number;
  sleep?: (ms: number, signal: AbortSignal) => Promise<void>;
}

export type HoldfastClient = Client<WithOptionalKey<V2>>;
export type HoldfastV1Client = Client<WithOptionalKey<V1>>;

/**
 * A client of version 2. Each call answers `{ data, response }`, or `{ error, response }` with the problem document; it throws only
 * {@link HoldfastUnavailable}, when no answer came at all within its limits (20 attempts, 60 seconds), and the reason of an aborted `signal`.
 */
export const createClient = (options: ClientOptions): HoldfastClient => build<WithOptionalKey<V2>>(options);

/** A client of version 1, which ends on its Sunset (docs/versioning.md). */
export const createV1Client = (options: ClientOptions): HoldfastV1Client =>
  build<WithOptionalKey<V1>>(options);

/** Whether an answer repeats that of an earlier request with the same key. */
export const isReplay = (response: Response): boolean =>
  response.headers.get('Idempotent-Replayed') === 'true';

function build<Paths extends object>(options: ClientOptions): Client<Paths> {
  return createFetchClient<Paths>({
    baseUrl: options.baseUrl.replace(/\/$/, ''),
    headers: { Authorization: `Bearer ${options.apiKey}` },
    fetch: persistently(options),
  });
}

function persistently({
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
    let lastAnswer: Said | undefined;
    budget.earn();
    for (let attempt = 1; ; attempt += 1) {
      const limit = AbortSignal.any([signal, AbortSignal.timeout(attemptMs + patienceOf(request))]);
      const answer = await whole(send(new Request(request.clone(), { signal: limit }))).catch(
        (error: unknown) => error,
      );
      signal.throwIfAborted();
      const { outcome, said } = answer instanceof Response ? await readAnswer(answer) : NO_ANSWER;
      const elapsedMs = performance.now() - started;
      const taken = { key, attempts: attempt, elapsedMs };
      if (answer instanceof Response && !isPassing(outcome)) {
        if (attempt > 1) budget.repay();
        return noted(answer, taken);
      }
      const giveUp = (gaveUp: GaveUp): Response => {
        if (answer instanceof Response) return noted(answer, { ...taken, gaveUp });
        throw new HoldfastUnavailable(request, { ...taken, gaveUp }, { lastAnswer, cause: answer });
      };
      const wait = waitBeforeRetry(outcome, { attempt, elapsedMs, random: random() }, { attempts, totalMs });
      if (wait === undefined) return giveUp(attempt >= attempts ? 'attempts' : 'time');
      lastAnswer = said ?? lastAnswer;
      await unlessAborted(signal, sleep(wait, signal));
      const left = totalMs - Math.max(elapsedMs + wait, performance.now() - started);
      const isOurTurn = await budget.spend(left, signal);
      signal.throwIfAborted();
      if (!isOurTurn) return giveUp('budget');
    }
  };
}

const NO_ANSWER: { outcome: Outcome; said: Said | undefined } = {
  outcome: { kind: 'no_answer' },
  said: undefined,
};

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

/** Whoever gives a call up need not wait for its next attempt. */
async function unlessAborted(signal: AbortSignal, waiting: Promise<void>): Promise<void> {
  let end = () => {};
  // Not Promise.withResolvers, which Node 20 lacks.
  const aborted = new Promise<void>((resolve) => {
    end = resolve;
  });
  signal.addEventListener('abort', end, { once: true });
  await Promise.race([waiting, aborted]);
  signal.removeEventListener('abort', end);
  signal.throwIfAborted();
}

/** Milliseconds for which the server was asked to hold its answer back. */
const patienceOf = (request: Request): number =>
  Number(new URL(request.url).searchParams.get('wait') ?? 0) * 1_000;

/** An answer with all of its body: one that is cut off in the middle is none. */
async function whole(answering: Promise<Response>): Promise<Response> {
  const answer = await answering;
  const body = await answer.arrayBuffer();
  const { status, statusText, headers } = answer;
  return new Response(body.byteLength === 0 ? null : body, { status, statusText, headers });
}

/** What an answer allows, and says. One that is not ours, of a proxy that found nobody behind it, is as good as none. */
async function readAnswer(answer: Response): Promise<{ outcome: Outcome; said: Said | undefined }> {
  const { status, headers } = answer;
  const outcomeOf = (retry: string | undefined): Outcome => ({
    kind: 'answer',
    retry,
    retryAfterMs: retryAfterMs(headers, Date.now()),
  });
  if (status < 400) return { outcome: outcomeOf(undefined), said: undefined };
  if (headers.get('Content-Type')?.startsWith('application/problem+json')) {
    const problem = (await answer
      .clone()
      .json()
      .catch(() => ({}))) as { retry?: string; code?: string; detail?: string };
    const { retry, code, detail } = problem;
    return {
      outcome: outcomeOf(retry),
      said: { status, ...(code !== undefined && { code }), ...(detail !== undefined && { detail }) },
    };
  }
  const passing = [429, 502, 503, 504].includes(status);
  return { outcome: outcomeOf(passing ? 'same_key_after' : undefined), said: { status } };
}
