/** Verifies webhooks (Standard Webhooks 1.0, HMAC-SHA256). It needs only WebCrypto. */
import type { components } from './v2.ts';

/** The body of a webhook. */
export interface WebhookMessage {
  type: components['schemas']['Event']['type'];
  /** RFC 3339: when the event was recorded. */
  timestamp: string;
  data: components['schemas']['Event'];
}

/** The message is not one of Holdfast, or is too old. Answer 400. The text says why. */
export class WebhookError extends Error {
  override name = 'WebhookError';
}

export interface VerifyWebhookOptions {
  /** `whsec_…` of the endpoint; several while secrets rotate. */
  secret: string | readonly string[];
  /** The headers as they came, in any spelling of their names. */
  headers: Headers | Readonly<Record<string, string | readonly string[] | undefined>>;
  /** The body as it came, before any JSON parser. */
  body: string | Uint8Array;
  /** Difference of the clocks, in seconds, that is accepted; default 300. */
  toleranceSeconds?: number;
  /** Milliseconds since 1970; for tests. */
  nowMs?: number;
}

const TOLERANCE_SECONDS = 300;
const utf8 = new TextEncoder();

/**
 * The verified message. Deduplicate by `data.id`, which is also the header `webhook-id`.
 *
 * @throws {WebhookError}
 */
export async function verifyWebhook(options: VerifyWebhookOptions): Promise<WebhookMessage> {
  const { secret, headers, body, toleranceSeconds = TOLERANCE_SECONDS, nowMs = Date.now() } = options;
  const id = required(headers, 'webhook-id');
  const timestamp = required(headers, 'webhook-timestamp');
  const signatures = required(headers, 'webhook-signature');
  const differenceSeconds = Math.abs(nowMs / 1_000 - Number(timestamp));
  if (!/^\d{1,12}$/.test(timestamp) || differenceSeconds > toleranceSeconds)
    throw new WebhookError(
      `webhook-timestamp differs by more than ${toleranceSeconds} s. Check the clock of this machine.`,
    );
  const bytes = typeof body === 'string' ? utf8.encode(body) : Uint8Array.from(body);
  const signed = new Uint8Array([...utf8.encode(`${id}.${timestamp}.`), ...bytes]);
  for (const each of typeof secret === 'string' ? [secret] : secret) {
    if (await isSignedBy(each, signatures, signed))
      return JSON.parse(new TextDecoder().decode(bytes)) as WebhookMessage;
  }
  throw new WebhookError(
    'webhook-signature fits none of the secrets. Pass the body as it came, and the secret of this endpoint.',
  );
}

function required(headers: VerifyWebhookOptions['headers'], name: string): string {
  const found =
    headers instanceof Headers
      ? headers.get(name)
      : Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1];
  const text = typeof found === 'string' ? found : found?.[0];
  if (text === undefined) throw new WebhookError(`The header ${name} is missing.`);
  return text;
}

async function isSignedBy(
  secret: string,
  signatures: string,
  signed: Uint8Array<ArrayBuffer>,
): Promise<boolean> {
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  const raw = bytesOf(secret.replace(/^whsec_/, ''));
  if (raw === undefined) throw new WebhookError('secret must be the text that GET …/secret returns: whsec_…');
  const key = await crypto.subtle.importKey('raw', raw, algorithm, false, ['verify']);
  for (const each of signatures.split(' ')) {
    const [version, encoded = ''] = each.split(',', 2);
    const signature = version === 'v1' ? bytesOf(encoded) : undefined;
    // In constant time.
    if (signature !== undefined && (await crypto.subtle.verify('HMAC', key, signature, signed))) return true;
  }
  return false;
}

/** @returns `undefined` if it is not base64, or is empty */
function bytesOf(base64: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    return bytes.length === 0 ? undefined : bytes;
  } catch {
    return undefined;
  }
}
