/** One attempt of a delivery: a POST, and the receiver's answer or the reason why there is none. */
import { type Dispatcher, request } from 'undici';
import { AddressRefusedError } from './addresses.ts';

/** From the start of the connection to the last byte that is read of the answer. */
export const ATTEMPT_TIMEOUT_MS = 15_000;
/** A longer answer is cut off here, and its connection closed. */
const ANSWER_READ_BYTES_MAX = 64 * 1_024;
/** Of the answer, this much is stored with the attempt. */
const ANSWER_KEPT_BYTES_MAX = 1_024;

export interface Reply {
  /** HTTP status; `undefined` without an answer. */
  status?: number;
  /** Why the attempt failed; a fixed set, because it is a metric label. */
  error?: 'timeout' | 'address_refused' | 'connection_failed' | 'not_2xx';
  /** The first bytes of the answer as text, with spaces for control characters. */
  answer: string;
  /** Seconds of the answer's `Retry-After`. */
  retryAfter?: number | undefined;
}

interface Message {
  headers: Record<string, string>;
  body: string;
  timeoutMs?: number;
  /** Ends the attempt when aborted. */
  cut?: AbortSignal | undefined;
}

/** Sends a message. Never throws. Follows no redirect: its target was not checked. */
export async function send(
  agent: Dispatcher,
  url: string,
  { headers, body, timeoutMs = ATTEMPT_TIMEOUT_MS, cut }: Message,
): Promise<Reply> {
  const late = AbortSignal.timeout(timeoutMs);
  const signal = cut ? AbortSignal.any([late, cut]) : late;
  try {
    const response = await request(url, { dispatcher: agent, method: 'POST', headers, body, signal });
    const status = response.statusCode;
    const answer = await firstBytes(response.body);
    const isSuccess = status >= 200 && status < 300;
    const retryAfter = retryAfterOf(response.headers['retry-after']);
    return { status, answer, retryAfter, ...(!isSuccess && { error: 'not_2xx' as const }) };
  } catch (error) {
    return { error: late.aborted ? 'timeout' : reasonOf(error), answer: '' };
  }
}

async function firstBytes(body: Dispatcher.ResponseData['body']): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body) {
    chunks.push(chunk as Buffer);
    length += (chunk as Buffer).length;
    if (length > ANSWER_READ_BYTES_MAX) break; // closes the connection
  }
  const text = Buffer.concat(chunks).subarray(0, ANSWER_KEPT_BYTES_MAX).toString('utf8');
  return text.replaceAll(/\p{Cc}/gu, ' ').slice(0, ANSWER_KEPT_BYTES_MAX);
}

/** Seconds; the field holds seconds or a date (RFC 9110, section 10.2.3). */
function retryAfterOf(field: string | string[] | undefined): number | undefined {
  if (typeof field !== 'string') return undefined;
  if (/^\d{1,9}$/.test(field)) return Number(field);
  // Only GMT dates, because Date.parse also accepts texts such as "-5".
  const at = field.endsWith('GMT') ? Date.parse(field) : Number.NaN;
  return Number.isNaN(at) ? undefined : Math.max(0, (at - Date.now()) / 1_000);
}

function reasonOf(error: unknown): NonNullable<Reply['error']> {
  for (let each = error; each instanceof Error; each = each.cause) {
    if (each instanceof AddressRefusedError) return 'address_refused';
    if (/Timeout/.test(each.name)) return 'timeout';
  }
  return 'connection_failed';
}
