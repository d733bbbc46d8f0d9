/**
 * The idempotency key of a command: how a request or a message carries it, and its problems.
 *
 * The `Idempotency-Key` field is a string of Structured Fields (RFC 9651), `"8e03978e"`, as in
 * draft-ietf-httpapi-idempotency-key-header-07. The bare form, which most clients send, is equal.
 */
import type { FieldError } from '../../domain/rejection.ts';
import { keysReused } from '../../platform/metrics.ts';
import { Problem } from '../problem/problem.ts';

/** The header field of a request. A message (batch item, gRPC) has `idempotency_key` instead. */
export const KEY_FIELD = 'Idempotency-Key';
const KEY_MEMBER = 'idempotency_key';

const KEY_LENGTH_MAX = 255;
const BARE = /^[\x21\x23-\x7e][\x21-\x7e]*$/;
const QUOTED = /^"((?:[\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"$/;

/** The key in a text, 1 to 255 visible ASCII characters; `undefined` for any other text. */
export function parseIdempotencyKey(text: string): string | undefined {
  const quoted = QUOTED.exec(text);
  const key = quoted ? quoted[1]?.replaceAll(/\\(["\\])/g, '$1') : BARE.test(text) ? text : undefined;
  return key !== undefined && key.length >= 1 && key.length <= KEY_LENGTH_MAX ? key : undefined;
}

/**
 * The key of a request.
 *
 * @param headers validated; the contract requires {@link KEY_FIELD}
 * @throws {Problem} 400 `idempotency_key_invalid`
 */
export function keyOfRequest(headers: Record<string, unknown>): string {
  const key = parseIdempotencyKey(String(headers[KEY_FIELD]));
  if (key === undefined) throw keyInvalid();
  return key;
}

/**
 * The key of a message: one item of a batch, or a gRPC request.
 *
 * @throws {Problem} 400 `idempotency_key_missing` or `idempotency_key_invalid`
 */
export function keyOfMessage(text: string): string {
  const key = parseIdempotencyKey(text);
  if (key !== undefined) return key;
  throw text === '' ? keyMissing(KEY_MEMBER) : keyInvalid(KEY_MEMBER);
}

export const keyMissing = (name = KEY_FIELD) =>
  new Problem(
    'idempotency_key_missing',
    `Send ${name} with each write: a new key for each command, the same key for each retry.`,
  );

export const keyInvalid = (name = KEY_FIELD) =>
  new Problem(
    'idempotency_key_invalid',
    `${name} must be one key of 1 to ${KEY_LENGTH_MAX} ASCII characters without spaces, quoted or bare.`,
  );

/** Counts the reuse. @param errors the members that differ from the first request */
export function keyReused(errors: FieldError[]): Problem {
  keysReused.inc();
  return new Problem(
    'idempotency_key_reused',
    'The idempotency key belongs to another request. Use a new key, or repeat the first request unchanged.',
    { errors },
  );
}
