/**
 * The nouns *delivery*, of one event to an endpoint, and *replay*, of all events since a position.
 */
import type { CommonQueryMethods } from 'slonik';
import { toUuid } from '../../store/ids.ts';
import { NotInLogError, feedPositionAt } from '../../store/log/feed.ts';
import { reachable } from '../../store/unavailable.ts';
import {
  type DeliveryStatus,
  deliveryDocument,
  findDelivery,
  listAttempts,
  listDeliveries,
  redeliver,
} from '../../store/webhooks/deliveries.ts';
import { newestNumber } from '../../store/webhooks/endpoints.ts';
import { RETENTION_DAYS, lockLedgerStart } from '../../store/webhooks/removals.ts';
import { REPLAYS_OPEN_MAX, createReplay, findReplay, replayDocument } from '../../store/webhooks/replays.ts';
import { answer } from '../answer.ts';
import type { Call, Handlers } from '../handler.ts';
import { answerPage, bindingOf, positionOf, requireWithinList } from '../lists/page.ts';
import { Problem } from '../problem/problem.ts';
import { webhookCommand } from '../commands/webhook-command.ts';
import { endpointIdOf, endpointOf, lockEndpoint } from './webhook-endpoints.ts';

export const webhookDeliveryHandlers: Handlers = {
  async listWebhookDeliveries(call) {
    const { ctx, input, services, principal } = call;
    const query = input.query as {
      status?: DeliveryStatus;
      order_id?: string;
      order: 'asc' | 'desc';
      limit: number;
      cursor?: string;
    };
    const connection = services.connections.of(principal.tenantId);
    const { endpoint_id: endpointId } = await endpointOf(call, connection);
    const { status, order: direction, limit } = query;
    const orderId = query.order_id && toUuid(query.order_id);
    const binding = bindingOf('deliveries', principal.tenantId, endpointId, status, orderId, direction);
    const from = positionOf(services.cursors, query.cursor, binding);
    if (from !== undefined) {
      requireWithinList(from, await reachable(newestNumber(connection, 'webhook_deliveries')));
    }
    const { rows, next } = await listDeliveries(connection, {
      endpointId,
      status,
      orderId,
      direction,
      limit,
      from,
    });
    const cursor = next === null ? null : services.cursors.encode({ position: next }, binding);
    const items = rows.map((row) => JSON.stringify(documentOf(call, row))).join(',');
    answerPage(ctx, items, cursor, cursor !== null);
  },

  async getWebhookDelivery(call) {
    const connection = call.services.connections.of(call.principal.tenantId);
    await endpointOf(call, connection);
    const row = await reachable(findDelivery(connection, endpointIdOf(call), deliveryIdOf(call)));
    if (row === undefined) throw deliveryNotFound();
    const attempts = await reachable(listAttempts(connection, row.delivery_id));
    const { attemptError } = call.edition;
    answer(call.ctx, 200, {
      ...documentOf(call, row),
      attempts: attempts.map((each) => Object.assign({}, each, { error: attemptError(each.error) })),
    });
  },

  async redeliverWebhook(call) {
    await webhookCommand(call, 'redeliverWebhook', async (transaction) => {
      requireEnabled(await lockEndpoint(call, transaction));
      const row = await redeliver(transaction, endpointIdOf(call), deliveryIdOf(call));
      if (row === undefined) throw deliveryNotFound();
      return { status: 202, body: documentOf(call, row) };
    });
  },

  async createWebhookReplay(call) {
    const { after_position: after, which = 'all' } = call.input.body as {
      after_position: number;
      which?: 'all' | 'undelivered';
    };
    await webhookCommand(call, 'createWebhookReplay', async (transaction) => {
      requireEnabled(await lockEndpoint(call, transaction));
      if (which === 'undelivered') {
        const start = await lockLedgerStart(transaction, endpointIdOf(call));
        if (after < start) throw beforeLedger(start);
      }
      const row = await createReplay(transaction, call.principal, {
        replayId: toUuid(call.services.newId('whr')),
        endpointId: endpointIdOf(call),
        which,
        after,
      });
      if (row === undefined) throw replaysFull();
      if (row.after_position > row.up_to_position) throw beyondLog(row.up_to_position);
      await requirePosition(transaction, call, after);
      const body = replayDocument(row);
      return {
        status: 202,
        location: `/webhook-endpoints/${body.endpoint_id}/replays/${body.id}`,
        body,
      };
    });
  },

  async getWebhookReplay(call) {
    const connection = call.services.connections.of(call.principal.tenantId);
    await endpointOf(call, connection);
    const replayId = toUuid(call.input.params['replay_id']!);
    const row = await reachable(findReplay(connection, endpointIdOf(call), replayId));
    if (row === undefined) throw new Problem('webhook_replay_not_found', 'This replay does not exist.');
    answer(call.ctx, 200, replayDocument(row));
  },
};

/** A delivery in the words of the call's version. */
const documentOf = ({ edition }: Call, row: Parameters<typeof deliveryDocument>[0]) => ({
  ...deliveryDocument(row),
  last_error: edition.attemptError(row.last_error),
});

const deliveryIdOf = ({ input }: Call): string => toUuid(input.params['delivery_id']!);

const beyondLog = (head: number) =>
  new Problem('invalid_body', 'The position is beyond the end of the log.', {
    errors: [
      { pointer: '/after_position', detail: `must be at most ${head}, the newest position of the log` },
    ],
  });

/** @throws {Problem} 422 for a position that the log lost */
async function requirePosition(
  connection: CommonQueryMethods,
  { principal }: Call,
  after: number,
): Promise<void> {
  try {
    await feedPositionAt(connection, principal, after);
  } catch (error) {
    if (!(error instanceof NotInLogError)) throw error;
    const detail = `must be at most ${error.kept}: the log lost this position in a failover or restore`;
    throw new Problem('invalid_body', 'The log lost this position.', {
      errors: [{ pointer: '/after_position', detail }],
    });
  }
}

const beforeLedger = (start: number) =>
  new Problem('invalid_body', 'The ledger no longer has all deliveries of this range.', {
    errors: [
      {
        pointer: '/after_position',
        detail:
          `must be at least ${start} with "which": "undelivered": deliveries of earlier events were removed, ` +
          `${RETENTION_DAYS} days after they finished, and which of them succeeded is not known. ` +
          'With "which": "all", every position is possible',
      },
    ],
  });

const replaysFull = () =>
  new Problem(
    'webhook_replays_full',
    `A tenant can have at most ${REPLAYS_OPEN_MAX} running replays. Wait until one has finished, then send the request again.`,
  );

const deliveryNotFound = () =>
  new Problem(
    'webhook_delivery_not_found',
    `This delivery does not exist. Finished deliveries are kept for ${RETENTION_DAYS} days.`,
  );

function requireEnabled({ disabled_at }: { disabled_at: string | null }): void {
  if (disabled_at === null) return;
  throw new Problem('webhook_endpoint_disabled', 'This endpoint is disabled. Enable it first.');
}
