/**
 * A client that keeps to the retry contract (docs/retry-contract.md): every write has one key, made once, and is sent again with that key
 * for as long as the answer says that this may help. Types are made from the spec.
 */
import createFetchClient, { type Client } from 'openapi-fetch';
import type { WithOptionalKey } from './optional-key.ts';
import { type RetryBudget, createRetryBudget } from './retry-budget.ts';
import { type Limits, type Outcome, waitBeforeRetry } from './retry-policy.ts';
import type { paths as V1 } from './v1.ts';
import type { paths as V2 } from './v2.ts';

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
  sleep?: (ms: number) => Promise<void>;
}

export type HoldfastClient = Client<WithOptionalKey<V2>>;
export type HoldfastV1Client = Client<WithOptionalKey<V1>>;

/**
 * A client of version 2. Each call answers `{ data, response }`, or `{ error, response }` with the problem document; it throws only
 * when no answer came at all within its limits (6 attempts, 60 seconds).
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
  attempts = 6,
  totalMs = 60_000,
  attemptMs = 10_000,
  budget = createRetryBudget(),
  fetch: send = globalThis.fetch,
  random = Math.random,
  sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
}: ClientOptions): (request: Request) => Promise<Response> {
  return async (request) => {
    const started = performance.now();
    if (request.method !== 'GET' && !request.headers.has('Idempotency-Key')) {
      request.headers.set('Idempotency-Key', crypto.randomUUID());
    }
    budget.earn();
    for (let attempt = 1; ; attempt += 1) {
      const signal = AbortSignal.any([request.signal, AbortSignal.timeout(attemptMs + patienceOf(request))]);
      const answer = await whole(send(new Request(request.clone(), { signal }))).catch(
        (error: unknown) => error,
      );
      if (request.signal.aborted) throw request.signal.reason;
      const outcome: Outcome = answer instanceof Response ? await outcomeOf(answer) : { kind: 'no_answer' };
      const elapsedMs = performance.now() - started;
      const wait = waitBeforeRetry(outcome, { attempt, elapsedMs, random: random() }, { attempts, totalMs });
      if (wait === undefined || !budget.spend()) {
        if (answer instanceof Response) return answer;
        throw new Error(`No answer from ${new URL(request.url).host} in ${attempt} attempts`, {
          cause: answer,
        });
      }
      await sleep(wait);
    }
  };
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

/** What an answer allows. One that is not ours, of a proxy that found nobody behind it, is as good as none. */
async function outcomeOf(answer: Response): Promise<Outcome> {
  const retryAfterMs = Math.max(0, Number(answer.headers.get('Retry-After')) || 0) * 1_000;
  if (answer.status < 400) return { kind: 'answer', retry: undefined, retryAfterMs };
  if (answer.headers.get('Content-Type')?.startsWith('application/problem+json')) {
    const problem = (await answer
      .clone()
      .json()
      .catch(() => ({}))) as { retry?: string };
    return { kind: 'answer', retry: problem.retry, retryAfterMs };
  }
  const passing = [429, 502, 503, 504].includes(answer.status);
  return { kind: 'answer', retry: passing ? 'same_key_after' : undefined, retryAfterMs };
}
