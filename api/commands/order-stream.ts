import type { StoredEvent } from '../../store/log/event-row.ts';
import type { OrderLog } from '../../store/log/log.ts';
import type { Tenancy } from '../../store/tenancy.ts';
import { Problem } from '../problem/problem.ts';

/**
 * The events of an order, oldest first; at least one.
 *
 * @param version the last one that counts; all do when it is left out
 * @throws {Problem} 404 when there is no such order, or it has not come to this version
 */
export async function readOrder(
  log: OrderLog,
  tenancy: Tenancy,
  orderId: string,
  version?: number,
): Promise<StoredEvent[]> {
  const events = await log.readStream(tenancy, orderId, version);
  if (events.length === 0) throw new Problem('order_not_found', 'There is no such order.');
  if (version !== undefined && events.length < version) {
    throw new Problem('order_version_not_found', `The newest version of this order is ${events.length}.`);
  }
  return events;
}
