/** Many orders in one request, each with its own idempotency key and its own outcome. */
import { answerJson } from '../../answer.ts';
import { runCommand } from '../../commands/run-command.ts';
import type { Call, Handlers } from '../../handler.ts';
import { keyOfMessage } from '../../commands/idempotency-key.ts';
import { createPace } from '../../../platform/pace.ts';
import { type Conditions, conditionsOf, requireConditions } from '../../commands/preconditions.ts';
import { problemDocument } from '../../problem/problem.ts';
import { stateOf } from '../../request-context.ts';
import { toProblem } from '../../problem/to-problem.ts';

interface Item {
  idempotency_key: string;
  order: unknown;
}

/** An item whose key and order are checked. */
interface Checked {
  /** As it was sent, when it is no key. */
  idempotencyKey: string;
  isKey: boolean;
  /** What is wrong with the item; its order is dropped then, for it may be most of the body. */
  refusal: unknown;
  order: unknown;
}

/** What became of an item. */
interface Outcome {
  status: number;
  /** JSON. */
  document: string;
}

/** Milliseconds in which every fault of bad orders is looked for; behind them, the first fault of each must do. */
const THOROUGH_MS = 5;

export const batchHandlers: Handlers = {
  /** One order's misfortune is its own: each runs as if it had come alone, and counts as a write of its own. */
  async placeOrders(call) {
    const { limits, principal } = call;
    const { orders } = call.input.body as { orders: Item[] };
    const conditions = conditionsOf(call.ctx);
    const began = performance.now();
    // In this turn, so that what is refused does not fill the heap while it waits.
    const items = orders.map((item) => checked(call, item, performance.now() - began < THOROUGH_MS));
    // The first is counted with the request itself.
    const counts = items.map(({ isKey }, index) =>
      index > 0 && isKey ? limits.count('write', principal.keyId).catch(asRefusal) : undefined,
    );
    const pace = createPace();
    const placing: Promise<Outcome>[] = [];
    for (const [index, item] of items.entries()) {
      const refusal = (await counts[index]) ?? item.refusal;
      placing.push(placeOne(call, { ...item, refusal }, conditions));
      await pace();
    }
    const outcomes = await Promise.all(placing);
    // Orders cannot have conditions. Only where some of them may have been placed does each need an answer of its own.
    if (outcomes.every(({ status }) => status === 400 || status === 422))
      requireConditions(conditions, undefined);
    const succeeded = outcomes.filter(({ status }) => status < 400).length;
    const data = outcomes.map(({ document }) => document).join(',');
    answerJson(
      call.ctx,
      207,
      `{"data":[${data}],"succeeded":${succeeded},"failed":${outcomes.length - succeeded}}`,
    );
  },
};

const asRefusal = (error: unknown): unknown => error;

function checked(call: Call, { idempotency_key, order }: Item, isThorough: boolean): Checked {
  let [idempotencyKey, isKey] = [idempotency_key, false];
  try {
    [idempotencyKey, isKey] = [keyOfMessage(idempotency_key), true];
    call.checkBody('placeOrder', order, isThorough);
    return { idempotencyKey, isKey, refusal: undefined, order };
  } catch (refusal) {
    return { idempotencyKey, isKey, refusal, order: undefined };
  }
}

async function placeOne(
  call: Call,
  { idempotencyKey, refusal, order }: Checked,
  conditions: Conditions | undefined,
): Promise<Outcome> {
  const { ctx, principal, edition } = call;
  const { requestId, traceparent } = stateOf(ctx);
  try {
    if (refusal !== undefined) throw refusal;
    const command = { type: 'PlaceOrder', orderId: null, body: order } as const;
    const context = { ...principal, idempotencyKey, traceparent, conditions };
    const done = await runCommand(call, context, command);
    return {
      status: 201,
      document: JSON.stringify({
        status: 201,
        idempotency_key: idempotencyKey,
        replayed: done.replayed,
        position: done.event.position,
        order: edition.order(done.state.order),
      }),
    };
  } catch (error) {
    const problem = toProblem(error);
    if (problem.status >= 500) stateOf(ctx).failure ??= problem.cause ?? problem;
    const retryAfter = problem.headers['Retry-After'];
    return {
      status: problem.status,
      document: JSON.stringify({
        status: problem.status,
        idempotency_key: idempotencyKey,
        problem: problemDocument(problem, requestId),
        ...(retryAfter !== undefined && { retry_after: Number(retryAfter) }),
      }),
    };
  }
}
