/** Batches: many orders in one request, each with its own idempotency key and outcome. */
import { answerJson } from '../../answer.ts';
import { commandContext } from '../../commands/command-context.ts';
import { runCommand } from '../../commands/run-command.ts';
import type { Call, Handlers } from '../../handler.ts';
import { keyOfMessage } from '../../commands/idempotency-key.ts';
import { createPace } from '../../../platform/pace.ts';
import { conditionsOf, requireConditions } from '../../commands/preconditions.ts';
import { problemDocument } from '../../problem/problem.ts';
import { stateOf } from '../../request-context.ts';
import { toProblem } from '../../problem/to-problem.ts';

interface Item {
  idempotency_key: string;
  order: unknown;
}

/** An item after validation. */
interface Checked {
  /** As sent, when it is not valid. */
  idempotencyKey: string;
  isKey: boolean;
  /** Why the item is invalid. Its order is dropped then: it may be most of the body. */
  refusal: unknown;
  order: unknown;
}

/** The answer to an item. */
interface Outcome {
  status: number;
  /** JSON text. */
  document: string;
}

/** Validation reports all faults of an item for this long, then only the first of each. */
const THOROUGH_MS_MAX = 5;

export const batchHandlers: Handlers = {
  /** Each order runs as if it were sent alone, and counts as one write. */
  async placeOrders(call) {
    const { limits, principal } = call;
    const { orders } = call.input.body as { orders: Item[] };
    const startedAt = performance.now();
    // In one turn, so that refused orders do not fill the heap while they wait.
    const items = orders.map((item) => checked(call, item, performance.now() - startedAt < THOROUGH_MS_MAX));
    // The request itself counts as the first write.
    const counts = items.map(({ isKey }, index) =>
      index > 0 && isKey ? limits.count('write', principal).catch(asRefusal) : undefined,
    );
    const pace = createPace();
    const placing: Promise<Outcome>[] = [];
    for (const [index, item] of items.entries()) {
      const refusal = (await counts[index]) ?? item.refusal;
      placing.push(placeOne(call, { ...item, refusal }));
      await pace();
    }
    const outcomes = await Promise.all(placing);
    // No order was placed: refuse preconditions for the whole batch.
    if (outcomes.every(({ status }) => status === 400 || status === 422))
      requireConditions(conditionsOf(call.ctx), undefined);
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

async function placeOne(call: Call, { idempotencyKey, refusal, order }: Checked): Promise<Outcome> {
  const { ctx, edition } = call;
  try {
    if (refusal !== undefined) throw refusal;
    const command = { type: 'PlaceOrder', orderId: null, body: order } as const;
    const done = await runCommand(call, commandContext(call, idempotencyKey), command);
    if (done.replayed) call.limits.noteReplay(call.principal);
    return {
      status: 201,
      document: JSON.stringify({
        status: 201,
        idempotency_key: idempotencyKey,
        replayed: done.replayed,
        position: done.event.position,
        order: edition.order(done.state),
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
        problem: problemDocument(problem, stateOf(ctx).requestId),
        ...(retryAfter !== undefined && { retry_after: Number(retryAfter) }),
      }),
    };
  }
}
