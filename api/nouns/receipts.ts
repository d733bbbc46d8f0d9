/** The noun *idempotency key*: what became of a request. */
import { parseIdempotencyKey } from '../../domain/idempotency-key.ts';
import { answer } from '../answer.ts';
import type { Handlers } from '../handler.ts';
import { Problem } from '../problem.ts';
import { eventDocument } from './event-document.ts';

export const receiptHandlers: Handlers = {
  async getReceipt({ ctx, input, services, principal, edition }) {
    const key = parseIdempotencyKey(input.params['idempotency_key']!);
    const event = key === undefined ? undefined : await services.log.readKey(principal, key);
    if (event === undefined) {
      throw new Problem(
        'idempotency_key_not_found',
        'No command with this key has taken effect. Sending it, with this key, is safe.',
      );
    }
    ctx.set('Holdfast-Position', String(event.position));
    answer(ctx, 200, {
      idempotency_key: key,
      order_id: event.order_id,
      version: event.version,
      recorded_at: event.recorded_at,
      fingerprint: event.fingerprint.toString('hex'),
      status: event.type === 'OrderUpdated' ? 200 : 201,
      event: eventDocument(edition, event),
    });
  },
};
