/** Many orders in one request, each with its own idempotency key and its own outcome. */
import { answer } from '../answer.ts';
import { runCommand } from '../command.ts';
import type { Call, Handlers } from '../handler.ts';
import { keyOfMessage } from '../idempotency-key.ts';
import { type Conditions, conditionsOf, requireConditions } from '../preconditions.ts';
import { problemDocument } from '../problem.ts';
import { stateOf } from '../request-context.ts';
import { toProblem } from '../to-problem.ts';

interface Item {
  idempotency_key: string;
  order: unknown;
}

export const batchHandlers: Handlers = {
  /** One order's misfortune is its own: each runs as if it had come alone, and counts as a write of its own. */
  async placeOrders(call) {
    const { orders } = call.input.body as { orders: Item[] };
    const conditions = conditionsOf(call.ctx);
    const data = await Promise.all(orders.map((item, index) => placeOne(call, item, index, conditions)));
    // Orders cannot have conditions. Only where some of them were placed before does each need an answer of its own.
    if (data.every(({ status }) => status === 400)) requireConditions(conditions, undefined);
    const failed = data.filter(({ status }) => status >= 400).length;
    answer(call.ctx, 207, { data, succeeded: data.length - failed, failed });
  },
};

async function placeOne(call: Call, item: Item, index: number, conditions: Conditions | undefined) {
  const { ctx, limits, principal, edition } = call;
  const { requestId, traceparent } = stateOf(ctx);
  let idempotencyKey: string | undefined;
  try {
    idempotencyKey = keyOfMessage(item.idempotency_key);
    if (index > 0) await limits.count('write', principal.keyId); // the first is counted with the request itself
    call.checkBody('placeOrder', item.order);
    const command = { type: 'PlaceOrder', orderId: null, body: item.order } as const;
    const context = { ...principal, idempotencyKey, traceparent, conditions };
    const done = await runCommand(call, context, command);
    return {
      status: 201,
      idempotency_key: idempotencyKey,
      replayed: done.replayed,
      position: done.event.position,
      order: edition.order(done.state.order),
    };
  } catch (error) {
    const problem = toProblem(error);
    if (problem.status >= 500) stateOf(ctx).failure ??= problem.cause ?? problem;
    const retryAfter = problem.headers['Retry-After'];
    return {
      status: problem.status,
      idempotency_key: idempotencyKey ?? item.idempotency_key,
      problem: problemDocument(problem, requestId),
      ...(retryAfter !== undefined && { retry_after: Number(retryAfter) }),
    };
  }
}
