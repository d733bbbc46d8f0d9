import type { FoldedOrder } from '../../store/log/order-states.ts';
import type { OrderLog } from '../../store/log/log.ts';
import type { Tenancy } from '../../store/tenancy.ts';
import { Problem } from '../problem/problem.ts';

/**
 * An order with the position of its last event.
 *
 * @param version of that event; the newest by default
 * @throws {Problem} 404 when the order does not exist, or is below this version
 */
export async function readOrder(
  log: OrderLog,
  tenancy: Tenancy,
  orderId: string,
  version?: number,
): Promise<FoldedOrder> {
  const folded = await log.readState(tenancy, orderId, version);
  if (folded === undefined) throw orderNotFound();
  const { version: last } = folded.state.order;
  if (version !== undefined && last < version)
    throw new Problem('order_version_not_found', `The order has ${last} versions, not ${version}.`);
  return folded;
}

export const orderNotFound = () => new Problem('order_not_found', 'This order does not exist.');
