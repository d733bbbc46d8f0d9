import { readOrder } from '../../commands/order-stream.ts';
import { Problem } from '../../problem/problem.ts';
import type { GetOrderRequest, GetOrderResponse } from '../generated/orders.ts';
import { orderMessage } from '../messages/order.ts';
import type { Unary } from './method.ts';

export const getOrder: Unary<GetOrderRequest, GetOrderResponse> = {
  scope: 'orders:read',
  counted: 'read',
  async run({ services, principal, note }, { order_id, version }) {
    if (version !== undefined && version < 1) {
      throw new Problem('invalid_parameter', 'Invalid parameter: version.', {
        errors: [{ parameter: 'version', detail: 'must be at least 1' }],
      });
    }
    const { state, position } = await readOrder(services.log, principal, order_id, version);
    note(200, false);
    return { order: orderMessage(state), position };
  },
};
