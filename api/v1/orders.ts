/** The noun *order*, version 1. */
import type { Context } from 'koa';
import { cancelOrderData, placeOrderData } from '../../domain/order/commands.ts';
import { type OrderState, fold } from '../../domain/order/order.ts';
import { readOrdersPage } from '../../projections/orders-page.ts';
import { ordersProjection } from '../../projections/orders.ts';
import { waitForPosition } from '../../projections/read-after.ts';
import { idempotencyKeyOf } from '../contract/validator.ts';
import { entityTag, namesVersion } from '../entity-tag.ts';
import { type Executed, execute } from '../execute.ts';
import { instantOf } from '../instant.ts';
import type { Handler, Services } from '../operations.ts';
import { Problem } from '../problem.ts';
import { parseBody } from '../parse-body.ts';

/** Milliseconds that a list waits for a position at most. */
const READ_AFTER_TIMEOUT = 5_000;

export const orderHandlers: Record<string, Handler> = {
  async placeOrder({ ctx, input, services, principal }) {
    const data = parseBody(placeOrderData, input.body);
    const done = await execute(services, commandContext(ctx, input, principal), {
      type: 'PlaceOrder',
      order_id: null,
      data,
    });
    answerWrite(ctx, done, orderPath(done), done.state.order);
  },

  async cancelOrder({ ctx, input, services, principal }) {
    const data = parseBody(cancelOrderData, input.body);
    const orderId = input.params['order_id'] ?? '';
    const done = await execute(services, commandContext(ctx, input, principal), {
      type: 'CancelOrder',
      order_id: orderId,
      data,
    });
    answerWrite(ctx, done, `${orderPath(done)}/cancellation`, cancellationOf(done.state));
  },

  async getOrder({ ctx, input, services, principal }) {
    const events = await services.log.readStream(principal, input.params['order_id'] ?? '');
    const { order } = required(fold(events));
    ctx.set('ETag', entityTag(order.version));
    if (namesVersion(ctx.get('If-None-Match'), order.version)) {
      ctx.status = 304;
      return;
    }
    ctx.set('Holdfast-Position', String(events.at(-1)?.position));
    answer(ctx, 200, order);
  },

  async getCancellation({ ctx, input, services, principal }) {
    const state = required(fold(await services.log.readStream(principal, input.params['order_id'] ?? '')));
    const cancellation = cancellationOf(state);
    if (cancellation === null) throw new Problem('cancellation_not_found', 'This order is not cancelled.');
    answer(ctx, 200, cancellation);
  },

  async listOrders({ ctx, input, services, principal }) {
    const { pool, cursors } = services;
    const query = input.query as {
      status?: string;
      customer_id?: string;
      placed_after?: string;
      placed_before?: string;
      order: 'asc' | 'desc';
      limit: number;
      cursor?: string;
    };
    const filters = {
      status: query.status,
      customerId: query.customer_id,
      placedAfter: instantOf('placed_after', query.placed_after),
      placedBefore: instantOf('placed_before', query.placed_before),
      direction: query.order,
    };
    const binding = JSON.stringify([
      'orders',
      principal.tenantId,
      ...Object.values(filters).map((value) => value ?? null),
    ]);
    const from = query.cursor === undefined ? undefined : cursors.decode(query.cursor, binding);
    if (query.cursor !== undefined && from === undefined) {
      throw new Problem(
        'invalid_cursor',
        'This cursor was not made here for these filters and this order. Start again without one.',
      );
    }
    await readAfter(
      input.headers['Holdfast-Read-After'] as number | undefined,
      services,
      principal.partition,
    );

    const { partition, tenantId } = principal;
    const page = await readOrdersPage(pool, { partition, tenantId, ...filters, limit: query.limit, from });
    const cursor = page.next === null ? null : cursors.encode(page.next, binding);
    ctx.set('Link', links(ctx, cursor));
    ctx.set('Holdfast-Position', String(page.applied));
    ctx.set('Holdfast-Lag', String(page.head - page.applied));
    ctx.status = 200;
    ctx.type = 'application/json';
    ctx.body = `{"data":[${page.documents}],"has_more":${cursor !== null},"next_cursor":${JSON.stringify(cursor)}}`;
  },
};

function commandContext(
  ctx: Context,
  input: Parameters<Handler>[0]['input'],
  principal: Parameters<Handler>[0]['principal'],
) {
  const { partition, tenantId } = principal;
  return {
    partition,
    tenantId,
    idempotencyKey: idempotencyKeyOf(input),
    traceparent: ctx.state['traceparent'] as string | null,
  };
}

function answer(ctx: Context, status: number, body: unknown): void {
  ctx.status = status;
  ctx.type = 'application/json';
  ctx.body = JSON.stringify(body);
}

/** The same status, fields and body whether the command ran now or was repeated. */
function answerWrite(
  ctx: Context,
  { state, event, replayed }: Executed,
  location: string,
  body: unknown,
): void {
  ctx.set('Location', location);
  ctx.set('ETag', entityTag(state.order.version));
  ctx.set('Holdfast-Position', String(event.position));
  ctx.set('Holdfast-Recorded-At', event.recorded_at);
  if (replayed) ctx.set('Idempotent-Replayed', 'true');
  answer(ctx, 201, body);
}

const orderPath = ({ state }: Executed) => `/v1/orders/${state.order.id}`;

const cancellationOf = ({ order, facts }: OrderState) =>
  facts.cancellation && { order_id: order.id, ...facts.cancellation };

function required(state: OrderState | null): OrderState {
  if (state === null) throw new Problem('order_not_found', 'There is no such order.');
  return state;
}

async function readAfter(position: number | undefined, { pool }: Services, partition: number): Promise<void> {
  if (position === undefined) return;
  const reached = await waitForPosition(pool, {
    partition,
    consumer: ordersProjection.name,
    position,
    timeout: READ_AFTER_TIMEOUT,
  });
  if (reached === 'beyond_head') {
    throw new Problem(
      'invalid_parameter',
      'Holdfast-Read-After is beyond the end of the log; use the Holdfast-Position of an answer.',
      {
        errors: [
          { parameter: 'Holdfast-Read-After', detail: 'must be a position that a write was answered with' },
        ],
      },
    );
  }
  if (reached === 'behind') {
    throw new Problem(
      'projection_behind',
      `The list did not get to position ${position} within ${READ_AFTER_TIMEOUT / 1_000} seconds.`,
      {
        headers: { 'Retry-After': '1' },
      },
    );
  }
}

function links(ctx: Context, cursor: string | null): string {
  const url = (change: (query: URLSearchParams) => void) => {
    const query = new URLSearchParams(ctx.querystring);
    change(query);
    const text = query.toString();
    return `<${ctx.path}${text && `?${text}`}>`;
  };
  const first = `${url((query) => query.delete('cursor'))}; rel="first"`;
  return cursor === null ? first : `${url((query) => query.set('cursor', cursor))}; rel="next", ${first}`;
}
