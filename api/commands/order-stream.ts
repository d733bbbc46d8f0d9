import type { StoredEvent } from '../../store/log/event-row.ts';
import type { OrderLog } from '../../store/log/log.ts';
import type { Tenancy } from '../../store/tenancy.ts';
import { Problem } from '../problem/problem.ts';

/**
 * The events of an order, oldest first; at least one.
 *
 * @param version of the last event; the newest by default
 * @throws {Problem} 404 when the order does not exist, or is below this version
 */
export async function readOrder(
  log: OrderLog,
  tenancy: Tenancy,
  orderId: string,
  version?: number,
): Promise<StoredEvent[]> {
  const events = await log.readStream(tenancy, orderId, version);
  if (events.length === 0) throw new Problem('order_not_found', 'This order does not exist.');
  if (version !== undefined && events.length < version) {
    throw new Problem('order_version_not_found', `The order has ${events.length} versions, not ${version}.`);
  }
  return events;
}
