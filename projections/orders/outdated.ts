/**
 * Rows of orders that a node of the release before has written: they lack the columns that lists
 * pick by, and the terms. The index `orders_outdated` has these rows and no others.
 */
import { type CommonQueryMethods, sql } from 'slonik';
import { z } from 'zod';
import { isKnownEvent } from '../../domain/order/upcast.ts';
import { recordedRow, toRecordedEvent } from '../../store/log/event-row.ts';
import { statement } from '../../store/statement.ts';
import type { TenantEvent } from '../projection.ts';

/** Orders that are folded again in one transaction, which holds the lease of the table. */
const RENEWED_ORDERS_MAX = 100;
/** Their events end with the order that exceeds this. */
const RENEWED_BYTES_MAX = 4 * 1024 * 1024;

const readOutdated = statement(
  'projections/read-outdated-orders',
  recordedRow.extend({ tenant_id: z.uuid(), placed_position: z.int() }),
);

export const hasOutdatedOrders = (pool: CommonQueryMethods): Promise<boolean> =>
  pool.exists(sql.unsafe`
    SELECT 1 FROM orders
     WHERE listed_version IS DISTINCT FROM version
       AND EXISTS (SELECT
                     FROM events
                    WHERE events.order_id = orders.order_id AND events.tenant_id = orders.tenant_id
                      AND events.partition = orders.partition)
     LIMIT 1`);

/**
 * The events behind the next outdated rows, order by order, oldest first; without orders with an
 * event that only a newer release knows.
 */
export async function readOutdatedOrders(
  transaction: CommonQueryMethods,
  partition: number,
): Promise<TenantEvent[]> {
  const rows = await transaction.any(readOutdated(partition, RENEWED_ORDERS_MAX, RENEWED_BYTES_MAX));
  const newer = new Set(
    rows
      .filter(({ type, schema_version }) => !isKnownEvent(type, schema_version))
      .map(({ order_id }) => order_id),
  );
  const readable = rows.filter(({ order_id }) => !newer.has(order_id));
  return readable.map((row) => Object.assign(toRecordedEvent(row), { tenant_id: row.tenant_id }));
}
