import { runCommand } from '../../commands/run-command.ts';
import type { Executed } from '../../commands/execute.ts';
import { keyOfMessage } from '../../commands/idempotency-key.ts';
import { v1 } from '../../v1/edition.ts';
import type { PlaceOrderRequest, PlaceOrderResponse } from '../generated/orders.ts';
import { bodyOf, orderMessage } from './messages.ts';
import type { Call, Unary } from './method.ts';

/**
 * Places an order through the command path that REST uses. The message has the same fields as a v1
 * body.
 *
 * @throws {Problem}
 */
export function place(
  { services, principal, traceparent }: Call,
  { idempotency_key, order }: PlaceOrderRequest,
): Promise<Executed> {
  const context = { ...principal, traceparent, idempotencyKey: keyOfMessage(idempotency_key) };
  const command = { type: 'PlaceOrder', orderId: null, body: bodyOf(order) } as const;
  return runCommand({ services, edition: v1 }, context, command);
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
