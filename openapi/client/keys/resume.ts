/** Finds out what became of a write whose answer was lost. */
import { errorOf } from '../errors.ts';
import type { Receipt } from '../receipt-proof.ts';
import type { RetryingFetch } from '../retries/retrying-fetch.ts';
import type { KeyStore } from './pending-writes.ts';

export type Resumed =
  /** The write took effect. The receipt names the order and the event. */
  | { outcome: 'took_effect'; receipt: Receipt }
  /**
   * It had not taken effect, and was sent again from the store, with its key. A response with an
   * error status is the server's final refusal, unless `attemptsOf(response)` says `gaveUp`.
   */
  | { outcome: 'sent_again'; response: Response; data: unknown }
  /** It has not taken effect, and no store has it. To send it, use the same key. */
  | { outcome: 'not_sent' };

export interface ResumeOptions {
  signal?: AbortSignal;
}

export interface Resuming {
  /**
   * What became of the write with this key. A write that a store kept is completed.
   *
   * @param key without quotes
   * @throws {HoldfastError} the receipt cannot be read: no answer, or a key without the scope
   *   `receipts:read`
   */
  resume: (key: string, options?: ResumeOptions) => Promise<Resumed>;
  /** Resumes all writes of the store, oldest first: at the start of a program. */
  resumeAll: (options?: ResumeOptions) => AsyncGenerator<Resumed & { key: string }>;
}

export function resuming(
  send: RetryingFetch,
  { baseUrl, apiKey, keys }: { baseUrl: string; apiKey: string; keys: KeyStore | undefined },
): Resuming {
  const Authorization = `Bearer ${apiKey}`;

  async function receiptOf(key: string, signal: AbortSignal | undefined): Promise<Receipt | undefined> {
    const url = `${baseUrl}/v2/idempotency-keys/${encodeURIComponent(key)}`;
    const response = await send(new Request(url, { headers: { Authorization }, signal: signal ?? null }));
    const body = await bodyOf(response);
    if (response.ok) return body as Receipt;
    const error = errorOf(body, response);
    if (error.code === 'idempotency_key_not_found') return undefined;
    throw error;
  }

  async function resume(key: string, { signal }: ResumeOptions = {}): Promise<Resumed> {
    const receipt = await receiptOf(key, signal);
    if (receipt !== undefined) {
      await keys?.remove(key);
      return { outcome: 'took_effect', receipt };
    }
    const write = await keys?.find(key);
    if (write === undefined) return { outcome: 'not_sent' };
    const { method, path, headers, body } = write;
    const response = await send(
      new Request(new URL(path, baseUrl), {
        method,
        body,
        headers: { ...headers, Authorization, 'Idempotency-Key': quoted(key) },
        signal: signal ?? null,
      }),
    );
    return { outcome: 'sent_again', response, data: await bodyOf(response.clone()) };
  }

  async function* resumeAll(options?: ResumeOptions): AsyncGenerator<Resumed & { key: string }> {
    for (const { key } of (await keys?.all()) ?? []) yield { key, ...(await resume(key, options)) };
  }

  return { resume, resumeAll };
}

/** A Structured Fields string: also a key that begins and ends with a quote stays the same. */
const quoted = (key: string): string => `"${key.replaceAll(/["\\]/g, String.raw`\$&`)}"`;

/** @returns the parsed body; the text of a proxy; `undefined` without a body */
async function bodyOf(response: Response): Promise<unknown> {
  const text = await response.text();
  try {
    return text === '' ? undefined : JSON.parse(text);
  } catch {
    return text;
  }
}
