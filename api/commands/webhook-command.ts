/** What every write about webhooks does: once under its key, and answered again as it was the first time. */
import { hash } from 'node:crypto';
import type { DatabaseTransactionConnection } from 'slonik';
import { type Json, canonical, isUndefined } from '../../domain/canonical.ts';
import { type Answer, KeyReusedError, type WebhookOperation, once } from '../../store/webhooks/commands.ts';
import { keysReused, replays } from '../../platform/metrics.ts';
import { answer } from '../answer.ts';
import { idempotencyKeyOf } from '../contract/validator.ts';
import { entityTag } from './entity-tag.ts';
import type { Call } from '../handler.ts';
import { Problem } from '../problem/problem.ts';

/**
 * @throws {Problem} 422 `idempotency_key_reused`, and what `act` throws
 */
export async function webhookCommand(
  { ctx, input, services, principal, edition }: Call,
  operation: WebhookOperation,
  act: (transaction: DatabaseTransactionConnection) => Promise<Answer>,
): Promise<void> {
  const request = [operation, input.params, input.body ?? null] as Json;
  const command = {
    tenantId: principal.tenantId,
    idempotencyKey: idempotencyKeyOf(input),
    operation,
    endpointId: input.params['endpoint_id'],
    fingerprint: hash('sha256', canonical(request, isUndefined), 'buffer'),
  };
  const done = await once(services.pool, command, act).catch((error: unknown) => {
    if (!(error instanceof KeyReusedError)) throw error;
    keysReused.inc();
    throw new Problem(
      'idempotency_key_reused',
      'This Idempotency-Key was used for another request. Use a new key for a new request, or repeat the first one unchanged.',
      { errors: [{ pointer: '', detail: 'differs from the request that first used this key' }] },
    );
  });
  const { status, location, version, body } = done.answer;
  if (location !== undefined) ctx.set('Location', `/${edition.name}${location}`);
  if (version !== undefined) ctx.set('ETag', entityTag(version));
  if (done.replayed) {
    replays.inc();
    ctx.set('Idempotent-Replayed', 'true');
  }
  if (body === undefined) ctx.status = status;
  else answer(ctx, status, body);
}
