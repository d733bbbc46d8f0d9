import { parseIdempotencyKey } from '../../domain/idempotency-key.ts';
import { Problem } from '../problem/problem.ts';

/**
 * The key of a message that is one of many, or comes by another way than HTTP.
 *
 * @throws {Problem} 400 `idempotency_key_missing` or `idempotency_key_invalid`
 */
export function keyOfMessage(text: string): string {
  const key = parseIdempotencyKey(text);
  if (key !== undefined) return key;
  throw text === ''
    ? new Problem(
        'idempotency_key_missing',
        'Give every order an idempotency_key: one of its own, the same at every try.',
      )
    : new Problem('idempotency_key_invalid', 'An idempotency_key is 1 to 255 visible ASCII characters.');
}
