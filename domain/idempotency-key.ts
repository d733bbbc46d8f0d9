/**
 * The `Idempotency-Key` field, draft-ietf-httpapi-idempotency-key-header-07: a Structured Fields string (RFC
 * 9651), `"8e03978e"`. The bare form, which most clients send, is taken for the same key.
 */

const MAX_LENGTH = 255;
const BARE = /^[\x21\x23-\x7e][\x21-\x7e]*$/;
const QUOTED = /^"((?:[\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"$/;

/**
 * Reads the field's value.
 *
 * @returns the key, 1 to 255 visible ASCII characters, or `undefined` when the value is not a key
 */
export function parseIdempotencyKey(field: string): string | undefined {
  const quoted = QUOTED.exec(field);
  const key = quoted ? quoted[1]?.replaceAll(/\\(["\\])/g, '$1') : BARE.test(field) ? field : undefined;
  return key !== undefined && key.length >= 1 && key.length <= MAX_LENGTH ? key : undefined;
}
