/** One attempt: a POST that is answered in time, by whom it was meant for, or not. */
import { type Dispatcher, request } from 'undici';
import { AddressRefusedError } from './addresses.ts';

/** Milliseconds that a receiver has, from the connection to the last byte that we read. */
export const TIMEOUT = 15_000;
/** Bytes of an answer that are read; and of those, that are kept. */
const READ = 64 * 1_024;
const KEPT = 1_024;

export interface Reply {
  /** `undefined` when there was no answer. */
  status?: number;
  /** What went wrong; of a fixed set, so that it can be counted. */
  error?: 'timeout' | 'address_refused' | 'connection_failed' | 'not_2xx';
  /** The first bytes of the answer as text, with control characters taken out. */
  answer: string;
  /** Seconds that the receiver asks to be left alone. */
  retryAfter?: number | undefined;
}

interface Message {
  headers: Record<string, string>;
  body: string;
  timeout?: number;
  /** Ends the attempt when aborted. */
  cut?: AbortSignal | undefined;
}

/** Sends a message. Redirects are not followed: they would lead where nobody looked. Never throws. */
export async function send(
  agent: Dispatcher,
  url: string,
  { headers, body, timeout = TIMEOUT, cut }: Message,
): Promise<Reply> {
  const late = AbortSignal.timeout(timeout);
  const signal = cut ? AbortSignal.any([late, cut]) : late;
  try {
    const response = await request(url, { dispatcher: agent, method: 'POST', headers, body, signal });
    const status = response.statusCode;
    const answer = await firstBytes(response.body);
    const good = status >= 200 && status < 300;
    const retryAfter = retryAfterOf(response.headers['retry-after']);
    return { status, answer, retryAfter, ...(!good && { error: 'not_2xx' as const }) };
  } catch (error) {
    return { error: late.aborted ? 'timeout' : nameOf(error), answer: '' };
  }
}

async function firstBytes(body: Dispatcher.ResponseData['body']): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body) {
    chunks.push(chunk as Buffer);
    length += (chunk as Buffer).length;
    if (length > READ) break; // which ends the connection
  }
  const text = Buffer.concat(chunks).subarray(0, KEPT).toString('utf8');
  return text.replaceAll(/\p{Cc}/gu, ' ').slice(0, KEPT);
}

/** RFC 9110, section 10.2.3: seconds or a date. */
function retryAfterOf(field: string | string[] | undefined): number | undefined {
  if (typeof field !== 'string') return undefined;
  if (/^\d{1,9}$/.test(field)) return Number(field);
  // Date.parse takes much for a date that is none: "-5" too.
  const at = field.endsWith('GMT') ? Date.parse(field) : Number.NaN;
  return Number.isNaN(at) ? undefined : Math.max(0, (at - Date.now()) / 1_000);
}

function nameOf(error: unknown): NonNullable<Reply['error']> {
  for (let each = error; each instanceof Error; each = each.cause) {
    if (each instanceof AddressRefusedError) return 'address_refused';
    if (/Timeout/.test(each.name)) return 'timeout';
  }
  return 'connection_failed';
}
