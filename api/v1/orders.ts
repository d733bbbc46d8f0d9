/** The noun *order*, version 1. */
import { placeOrderData, updateOrderData } from '../../domain/order/commands.ts';
import { fold } from '../../domain/order/order.ts';
import { readOrdersPage } from '../../projections/orders-page.ts';
import { answer, answerWrite, commandContext } from '../answer.ts';
import { entityTag, namesVersion } from '../entity-tag.ts';
import { execute } from '../execute.ts';
import type { Handlers } from '../handler.ts';
import { instantOf } from '../instant.ts';
import { answerPage, bindingOf, positionOf } from '../page.ts';
import { parseBody } from '../parse-body.ts';
import { readAfter } from '../read-after.ts';
import { readHistory } from './history.ts';

export const orderHandlers: Handlers = {
  async placeOrder(call) {
    const data = parseBody(placeOrderData, call.input.body);
    const command = { type: 'PlaceOrder', order_id: null, data } as const;
    const done = await execute(call.services, commandContext(call), command);
    const { order } = done.state;
    answerWrite(call.ctx, done, { status: 201, location: `/v1/orders/${order.id}`, body: order });
  },

  async updateOrder(call) {
    const data = parseBody(updateOrderData, call.input.body);
    const command = { type: 'UpdateOrder', order_id: call.input.params['order_id']!, data } as const;
    const done = await execute(call.services, commandContext(call), command);
    answerWrite(call.ctx, done, { status: 200, body: done.state.order });
  },

  async getOrder(call) {
    const { ctx, input } = call;
    const events = await readHistory(call, {
      version: input.query['version'] as number | undefined,
      at: instantOf('at', input.query['at'] as string | undefined),
    });
    const { order } = fold(events)!;
    ctx.set('ETag', entityTag(order.version));
    if (namesVersion(ctx.get('If-None-Match'), order.version)) {
      ctx.status = 304;
      return;
    }
    ctx.set('Holdfast-Position', String(events.at(-1)?.position));
    answer(ctx, 200, order);
  },

  async listOrders({ ctx, input, services, principal }) {
    const query = input.query as {
      status?: string;
      customer_id?: string;
      placed_after?: string;
      placed_before?: string;
      order: 'asc' | 'desc';
      limit: number;
      cursor?: string;
    };
    const { partition, tenantId } = principal;
    const filters = {
      status: query.status,
      customerId: query.customer_id,
      placedAfter: instantOf('placed_after', query.placed_after),
      placedBefore: instantOf('placed_before', query.placed_before),
      direction: query.order,
    };
    const binding = bindingOf('orders', tenantId, ...Object.values(filters));
    const from = positionOf(services.cursors, query.cursor, binding);
    await readAfter(input.headers['Holdfast-Read-After'] as number | undefined, services.pool, partition);

    const page = await readOrdersPage(services.pool, {
      partition,
      tenantId,
      ...filters,
      limit: query.limit,
      from,
    });
    ctx.set('Holdfast-Position', String(page.applied));
    ctx.set('Holdfast-Lag', String(page.head - page.applied));
    const cursor = page.next === null ? null : services.cursors.encode(page.next, binding);
    answerPage(ctx, page.documents, cursor, cursor !== null);
  },
};
