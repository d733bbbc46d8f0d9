/**
 * The read table `orders`: one row for each order, with the document that lists return unparsed.
 */
import { z } from 'zod';
import { type Facts, NO_FACTS, type Order, type OrderState, evolve } from '../domain/order/order.ts';
import { toId, toUuid } from '../store/ids.ts';
import { SEPARATOR, statement } from '../store/statement.ts';
import type { Projection, TenantEvent } from './projection.ts';

const readRows = statement(
  'projections/read-order-rows',
  z.object({
    tenant_id: z.uuid(),
    order_id: z.uuid(),
    document: z.string(),
    facts: z.string(),
    placed_position: z.int(),
  }),
);
const writeRows = statement('projections/write-order-rows', z.object({}));

interface Row {
  tenantId: string;
  placedPosition: number;
  state: OrderState;
}

export const ordersProjection: Projection = {
  name: 'orders',
  key: ['order_id', 'tenant_id', 'partition'],
  count: 'version',
  async apply(transaction, partition, events) {
    const rows = new Map<string, Row>();
    const known = [...new Map(events.filter(isLater(events)).map((event) => [keyOf(event), event])).values()];
    if (known.length > 0) {
      const found = await transaction.any(
        readRows(
          known.map((event) => event.tenant_id),
          known.map((event) => toUuid(event.order_id)),
        ),
      );
      for (const row of found) {
        const order = JSON.parse(row.document) as Order;
        // Rows of the first release lack some facts.
        const facts = { ...NO_FACTS, ...(JSON.parse(row.facts) as Partial<Facts>) };
        const key = keyOf({ tenant_id: row.tenant_id, order_id: toId('ord', row.order_id) });
        rows.set(key, {
          tenantId: row.tenant_id,
          placedPosition: row.placed_position,
          state: { order, facts, payments: {} },
        });
      }
    }
    for (const event of events) {
      const row = rows.get(keyOf(event));
      rows.set(keyOf(event), {
        tenantId: event.tenant_id,
        placedPosition: row?.placedPosition ?? event.position,
        state: evolve(row?.state ?? null, event),
      });
    }
    const all = [...rows.values()];
    const orders = all.map(({ state }) => state.order);
    await transaction.query(
      writeRows(
        partition,
        all.map((row) => row.tenantId),
        orders.map((order) => toUuid(order.id)),
        all.map((row) => row.placedPosition),
        orders.map((order) => order.customer_id ?? ''),
        orders.map((order) => order.status),
        orders.map((order) => order.placed_at),
        orders.map((order) => order.version),
        orders.map((order) => JSON.stringify(order)).join(SEPARATOR),
        all.map(({ state }) => JSON.stringify(state.facts)).join(SEPARATOR),
      ),
    );
  },
};

const keyOf = (event: { tenant_id: string; order_id: string }) => `${event.tenant_id} ${event.order_id}`;

/** Whether the row of an event's order must be read: the batch lacks the order's first event. */
function isLater(events: TenantEvent[]): (event: TenantEvent) => boolean {
  const placed = new Set(events.filter((event) => event.version === 1).map(keyOf));
  return (event) => !placed.has(keyOf(event));
}
