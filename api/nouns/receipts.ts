/** The noun *idempotency key*: the receipt of a write. */
import { type Write, findWrite } from '../../store/webhooks/commands.ts';
import { proveEvent } from '../../store/integrity/tree/prove-event.ts';
import { answer } from '../answer.ts';
import { parseIdempotencyKey } from '../commands/idempotency-key.ts';
import type { Edition } from '../edition.ts';
import type { Handlers } from '../handler.ts';
import { Problem } from '../problem/problem.ts';
import { eventDocument } from './event-document.ts';
import { withKnownEventTypes } from './known-event-types.ts';

/** Any of these scopes may read the receipt of a webhook write. Stored answers have no secrets. */
const WEBHOOK_SCOPES = ['webhooks:read', 'endpoints:write', 'secrets:write', 'deliveries:write'] as const;

export const receiptHandlers: Handlers = {
  /** Looks into both key spaces, of orders and of webhooks: the client need not know which. */
  async getReceipt({ ctx, input, services, principal, edition }) {
    const key = parseIdempotencyKey(input.params['idempotency_key']!);
    if (key === undefined) throw notFound();
    const connection = services.connections.of(principal.tenantId);
    const [event, write] = await Promise.all([
      services.log.readKey(principal, key),
      findWrite(connection, principal.tenantId, key),
    ]);
    await services.primary.confirmRead(); // the receipt acknowledges the write
    const mayReadWebhooks = WEBHOOK_SCOPES.some((scope) => principal.scopes.has(scope));
    const webhookWrite = write && mayReadWebhooks ? writeDocument(edition, write) : undefined;
    if (event !== undefined) {
      ctx.set('Holdfast-Position', String(event.position));
      answer(ctx, 200, {
        idempotency_key: key,
        order_id: event.order_id,
        version: event.version,
        recorded_at: event.recorded_at,
        fingerprint: event.fingerprint.toString('hex'),
        status: event.type === 'OrderUpdated' || event.type === 'CustomerErased' ? 200 : 201,
        ...(edition.hasProofs && {
          proof: await proveEvent(connection, principal.partition, event.position),
        }),
        event: (edition.eventTypes?.has(event.type) ?? true) ? eventDocument(edition, event) : null,
        ...(webhookWrite && { webhook_write: webhookWrite }),
      });
      return;
    }
    if (write === undefined) throw notFound();
    if (webhookWrite === undefined) {
      throw new Problem(
        'scope_missing',
        'A webhook write with this key took effect. Its receipt needs the scope webhooks:read.',
      );
    }
    const { recorded_at, fingerprint, status } = webhookWrite;
    answer(ctx, 200, {
      idempotency_key: key,
      order_id: null,
      version: null,
      recorded_at,
      fingerprint,
      status,
      event: null,
      webhook_write: webhookWrite,
    });
  },
};

const writeDocument = (
  edition: Edition,
  { operation, endpointId, answer, fingerprint, recordedAt }: Write,
) => ({
  operation,
  endpoint_id: endpointId,
  recorded_at: recordedAt,
  fingerprint: fingerprint.toString('hex'),
  status: answer.status,
  location: answer.location === undefined ? null : `/${edition.name}${answer.location}`,
  answer: answer.body ? withKnownEventTypes(edition, answer.body) : null,
});

const notFound = () =>
  new Problem(
    'idempotency_key_not_found',
    'No write with this key has taken effect. It is safe to send one.',
  );
