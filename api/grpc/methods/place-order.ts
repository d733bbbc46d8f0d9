import { placeOrderDataOfAnyCountry } from '../../../domain/order/commands.ts';
import { type Executed, execute } from '../../commands/execute.ts';
import { keyOfMessage } from '../../commands/idempotency-key.ts';
import { parseBody } from '../../commands/parse-body.ts';
import type { PlaceOrderRequest, PlaceOrderResponse } from '../generated/orders.ts';
import { bodyOf } from '../messages/new-order.ts';
import { orderMessage } from '../messages/order.ts';
import type { Call, Unary } from './method.ts';

/**
 * Places an order through the command path that REST uses. A message names its fields as the
 * command does, so the pointers of a problem need no translation.
 *
 * @throws {Problem}
 */
export async function place(
  { services, principal, limits, traceparent }: Call,
  { idempotency_key, order }: PlaceOrderRequest,
): Promise<Executed> {
  const context = { ...principal, traceparent, idempotencyKey: keyOfMessage(idempotency_key) };
  const data = parseBody(placeOrderDataOfAnyCountry, bodyOf(order));
  const executed = await execute(services, context, { type: 'PlaceOrder', order_id: null, data });
  if (executed.replayed) limits.noteReplay(principal);
  return executed;
}

export const placeOrder: Unary<PlaceOrderRequest, PlaceOrderResponse> = {
  scope: 'orders:place',
  counted: 'write',
  async run(call, request) {
    const { state, event, replayed } = await place(call, request);
    call.note(201, replayed);
    return { order: orderMessage(state), position: event.position, replayed };
  },
};
