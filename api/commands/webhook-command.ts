/**
 * The command path of webhooks: a write runs once under its key; a retry gets the stored answer.
 */
import { hash } from 'node:crypto';
import type { DatabaseTransactionConnection } from 'slonik';
import { type Json, canonical, isUndefined } from '../../domain/canonical.ts';
import { DIFFERS } from '../../domain/order/request.ts';
import { type Answer, KeyReusedError, type WebhookOperation, once } from '../../store/webhooks/commands.ts';
import { type ActName, recordAct } from '../../store/audit/record-act.ts';
import { replays } from '../../platform/metrics.ts';
import { answer } from '../answer.ts';
import { entityTag } from './entity-tag.ts';
import { keyOfRequest, keyReused } from './idempotency-key.ts';
import type { Call } from '../handler.ts';

/** Administrative acts, which are recorded. */
const ACTS: Partial<Record<WebhookOperation, ActName>> = {
  createWebhookEndpoint: 'endpoint_created',
  updateWebhookEndpoint: 'endpoint_changed',
  deleteWebhookEndpoint: 'endpoint_deleted',
  rotateWebhookSecret: 'secret_rotated',
};

/**
 * Runs `act` once under the key of the request, and answers.
 *
 * @throws {Problem} 422 `idempotency_key_reused`, and the problems of `act`
 */
export async function webhookCommand(
  { ctx, input, services, principal, edition }: Call,
  operation: WebhookOperation,
  act: (transaction: DatabaseTransactionConnection) => Promise<Answer>,
): Promise<void> {
  const request = [operation, input.params, input.body ?? null] as Json;
  const command = {
    tenantId: principal.tenantId,
    idempotencyKey: keyOfRequest(input.headers),
    operation,
    endpointId: input.params['endpoint_id'],
    fingerprint: hash('sha256', canonical(request, isUndefined), 'buffer'),
  };
  const audited = async (transaction: DatabaseTransactionConnection): Promise<Answer> => {
    const answer = await act(transaction);
    const name = ACTS[operation];
    const subject = command.endpointId ?? (answer.body as { id?: string } | undefined)?.id ?? '';
    if (name !== undefined) {
      const details = { given: Object.keys((input.body as object | undefined) ?? {}) };
      const actor = { keyId: principal.keyId, address: ctx.ip };
      await recordAct(transaction, { act: name, tenantId: principal.tenantId, subject, details }, actor);
    }
    return answer;
  };
  services.durability.require();
  const done = await once(services.connections.of(principal.tenantId), command, audited).catch(
    (error: unknown) => {
      throw error instanceof KeyReusedError ? keyReused([{ pointer: '', detail: DIFFERS }]) : error;
    },
  );
  services.durability.require();
  if (done.replayed) await services.primary.confirmRead();
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
