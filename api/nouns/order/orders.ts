/** The noun *order*. */
import type { CommonQueryMethods } from 'slonik';
import { readOrdersPage } from '../../../projections/orders-page.ts';
import { ordersProjection } from '../../../projections/orders.ts';
import { positionBefore } from '../../../store/log/feed.ts';
import { answer, answerWrite } from '../../answer.ts';
import { commandContext } from '../../commands/command-context.ts';
import { runCommand } from '../../commands/run-command.ts';
import { entityTag } from '../../commands/entity-tag.ts';
import type { OrdersQueryInput } from '../../edition.ts';
import type { Handlers } from '../../handler.ts';
import { CSV_TYPE } from '../../http/accept.ts';
import { instantOf, millisecondAfter } from '../../lists/instant.ts';
import { answerCsv, answerPage, bindingOf, placeOf, requireInLog } from '../../lists/page.ts';
import { isNotModified } from '../../commands/preconditions.ts';
import { parseStates } from '../../lists/stored-orders.ts';
import { placeAfter, readList } from '../../lists/read-list.ts';
import { readOrderUntil } from './history.ts';

export const orderHandlers: Handlers = {
  async placeOrder(call) {
    const { input, edition } = call;
    const command = { type: 'PlaceOrder', orderId: null, body: input.body } as const;
    const done = await runCommand(call, commandContext(call), command);
    const location = `/${edition.name}/orders/${done.state.order.id}`;
    answerWrite(call.ctx, done, { status: 201, location, body: edition.order(done.state) });
  },

  async updateOrder(call) {
    const { input, edition } = call;
    const command = { type: 'UpdateOrder', orderId: input.params['order_id']!, body: input.body } as const;
    const done = await runCommand(call, commandContext(call), command);
    answerWrite(call.ctx, done, { status: 200, body: edition.order(done.state) });
  },

  async getOrder(call) {
    const { ctx, input, edition } = call;
    const { state, position } = await readOrderUntil(call, {
      version: input.query['version'] as number | undefined,
      at: instantOf(input.query['at'] as string | undefined, 'down'),
    });
    const etag = entityTag(state.order.version);
    ctx.set('ETag', etag);
    // An erasure changes what an order shows, but not its version.
    if (state.order.erased_at === undefined && isNotModified(ctx, etag)) {
      ctx.status = 304;
      return;
    }
    ctx.set('Holdfast-Position', String(position));
    answer(ctx, 200, edition.order(state));
  },

  async listOrders(call) {
    const { ctx, input, mediaType, services, principal, edition } = call;
    const query = input.query as { order?: 'asc' | 'desc'; limit: number; cursor?: string };
    const { partition, tenantId } = principal;
    const { filter, updatedAfter, binding: bound } = edition.filterOf(input.query as OrdersQueryInput);
    const direction = updatedAfter === undefined ? (query.order ?? 'desc') : 'asc';
    const binding = bindingOf('orders', tenantId, ...bound, direction);
    const place = placeOf(services.cursors, query.cursor, binding);

    const email = (input.query as OrdersQueryInput)['email'];
    const personalTerm = email === undefined ? null : await services.personal.termOf(tenantId, email);
    const wanted = {
      partition,
      tenantId,
      ...filter,
      personalTerm,
      direction,
      limit: query.limit,
      from: place?.position,
    };
    const page = await readList(call, {
      projection: ordersProjection,
      place,
      async read(connection) {
        const changedAfter =
          updatedAfter === undefined ? undefined : await positionAt(connection, partition, updatedAfter);
        return readOrdersPage(connection, { ...wanted, changedAfter });
      },
    });
    requireInLog(page.is_from_lost);
    ctx.set('Holdfast-Position', String(page.applied));
    ctx.set('Holdfast-Lag', String(page.lag));
    const { next } = page;
    const cursor =
      next === null ? null : services.cursors.encode(placeAfter(services, { ...page, next }), binding);
    const states = await services.personal.openOrders(partition, parseStates(page.documents));
    if (mediaType === CSV_TYPE) {
      answerCsv(ctx, edition.csv!.orders(states), cursor);
    } else {
      const documents = states.map((state) => JSON.stringify(edition.order(state))).join(',');
      answerPage(ctx, documents, cursor, cursor !== null);
    }
  },
};

/** The position of the last event that was recorded up to an instant, a whole millisecond. */
const positionAt = (pool: CommonQueryMethods, partition: number, instant: string): Promise<number> =>
  positionBefore(pool, partition, millisecondAfter(instant));
