import type { Call } from '../handler.ts';
import { stateOf } from '../request-context.ts';
import type { CommandContext } from './execute.ts';
import { keyOfRequest } from './idempotency-key.ts';
import { conditionsOf } from './preconditions.ts';

/**
 * The context in which an HTTP request runs a command.
 *
 * @param idempotencyKey of the item, in a batch
 * @throws {Problem} 400 `idempotency_key_invalid`
 */
export function commandContext(
  { ctx, input, principal }: Call,
  idempotencyKey = keyOfRequest(input.headers),
): CommandContext {
  const { partition, tenantId, keyId } = principal;
  return {
    partition,
    tenantId,
    keyId,
    idempotencyKey,
    traceparent: stateOf(ctx).traceparent,
    conditions: conditionsOf(ctx),
  };
}
