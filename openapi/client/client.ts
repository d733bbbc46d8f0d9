/**
 * The HTTP client of the retry contract (docs/retry-contract.md): it gives each write one key and
 * retries it with that key while the responses permit a retry. The types come from the spec.
 */
import createFetchClient, { type Client } from 'openapi-fetch';
import { type Resuming, resuming } from './keys/resume.ts';
import { type Lists, listing } from './lists.ts';
import type { WithOptionalKey } from './optional-key.ts';
import { type RetryOptions, type RetryingFetch, retryingFetch } from './retries/retrying-fetch.ts';
import type { paths as V1 } from './v1.ts';
import type { components, paths as V2 } from './v2.ts';

export { type Attempts, type GaveUp, attemptsOf } from './attempts.ts';
export {
  type ErrorCode,
  HoldfastError,
  type Problem,
  type ProblemCode,
  type Retry,
  dataOf,
} from './errors.ts';
export { tableKeys } from './keys/key-table.ts';
export type { KeyStore, PendingWrite } from './keys/pending-writes.ts';
export type { Resumed } from './keys/resume.ts';
export type { FeedOptions, FeedPage } from './lists.ts';
export { ProofError, type ProvenReceipt, type Receipt, verifyReceipt } from './receipt-proof.ts';
export { type RetryBudget, createRetryBudget } from './retry-budget.ts';
export { HoldfastUnavailable } from './unavailable.ts';
export { WebhookError, type WebhookMessage, verifyWebhook } from './webhook.ts';

/** The documents of version 2, by their names in the contract: `Schemas['Order']`. */
export type Schemas = components['schemas'];

export interface ClientOptions extends RetryOptions {
  /** Such as `https://orders.example.com`. */
  baseUrl: string;
  apiKey: string;
}

export type HoldfastClient = Client<WithOptionalKey<V2>> & Lists & Resuming;
export type HoldfastV1Client = Client<WithOptionalKey<V1>>;

/**
 * A client of version 2. A call resolves to `{ data, response }`, or to `{ error, response }` with
 * the problem document; {@link dataOf} throws that instead.
 *
 * The returned calls throw {@link HoldfastUnavailable} if no attempt got a response within the
 * limits (default 20 attempts, 60 seconds), and the abort reason if `signal` is aborted.
 */
export function createClient(options: ClientOptions): HoldfastClient {
  const send = retryingFetch(options);
  const { baseUrl, apiKey } = { ...options, baseUrl: options.baseUrl.replace(/\/$/, '') };
  const client = build<WithOptionalKey<V2>>(send, baseUrl, apiKey);
  return { ...client, ...listing(client), ...resuming(send, { baseUrl, apiKey, keys: options.keys }) };
}

/** A client of version 1, which works until its Sunset (docs/versioning.md). */
export const createV1Client = (options: ClientOptions): HoldfastV1Client =>
  build<WithOptionalKey<V1>>(retryingFetch(options), options.baseUrl.replace(/\/$/, ''), options.apiKey);

/** Whether a response repeats that of an earlier request with the same key. */
export const isReplay = (response: Response): boolean =>
  response.headers.get('Idempotent-Replayed') === 'true';

function build<Paths extends object>(send: RetryingFetch, baseUrl: string, apiKey: string): Client<Paths> {
  return createFetchClient<Paths>({ baseUrl, headers: { Authorization: `Bearer ${apiKey}` }, fetch: send });
}
