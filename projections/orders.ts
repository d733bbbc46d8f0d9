/**
 * The read table `orders`: one row for each order, with the document that lists return unparsed and
 * the columns that they pick by. Beside it, `order_terms` has the texts that an order is found by.
 */
import { z } from 'zod';
import { isOnHold, isReadyToShip } from '../domain/order/amounts.ts';
import { type Facts, NO_FACTS, type Order, type OrderState, evolve } from '../domain/order/order.ts';
import { paymentStatus } from '../domain/order/statuses.ts';
import { toId, toUuid } from '../store/ids.ts';
import { SEPARATOR, plainArray, statement } from '../store/statement.ts';
import { customerTotalsProjection } from './customers/customer-totals.ts';
import { dailySalesProjection } from './daily-sales.ts';
import { salesProjection } from './sales/sales.ts';
import { hasOutdatedOrders, readOutdatedOrders } from './orders/outdated.ts';
import { type TermChanges, noteTerms } from './orders/terms.ts';
import { type OrderFold, applyWith, orderKey } from './order-fold.ts';
import type { Projection } from './projection.ts';

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
const addRows = statement('projections/add-order-rows', z.object({}));
const writeRows = statement('projections/write-order-rows', z.object({}));
const removeTerms = statement('projections/remove-order-terms', z.object({}));

interface Row {
  tenantId: string;
  placedPosition: number;
  state: OrderState;
  terms: TermChanges;
}

const fold: OrderFold<Row> = {
  evolve(row, event) {
    const state = evolve(row?.state ?? null, event);
    const terms: TermChanges = row?.terms ?? new Map();
    noteTerms(terms, event, row?.state.order, state.order);
    const placedPosition = row?.placedPosition ?? event.position;
    return { tenantId: event.tenant_id, placedPosition, state, terms };
  },

  async read(transaction, partition, events) {
    const found = await transaction.any(
      readRows(
        plainArray(events.map((event) => event.tenant_id)),
        plainArray(events.map((event) => toUuid(event.order_id))),
        partition,
      ),
    );
    const rows = new Map<string, Row>();
    for (const row of found) {
      const order = JSON.parse(row.document) as Order;
      // Rows of the first release lack some facts.
      const facts = { ...NO_FACTS, ...(JSON.parse(row.facts) as Partial<Facts>) };
      const key = orderKey({ tenant_id: row.tenant_id, order_id: toId('ord', row.order_id) });
      rows.set(key, {
        tenantId: row.tenant_id,
        placedPosition: row.placed_position,
        state: { order, facts, payments: {}, bytes: 0 },
        terms: new Map(),
      });
    }
    return rows;
  },

  async write(transaction, partition, rows) {
    const lost = termsOf(rows, false);
    if (lost.length > 0) {
      await transaction.query(
        removeTerms(
          partition,
          plainArray(lost.map(({ row }) => row.tenantId)),
          lost.map(({ term }) => term),
          plainArray(lost.map(({ row }) => row.placedPosition)),
        ),
      );
    }
    return (await transaction.query(writeRows(partition, ...columnsOf(rows)))).rowCount;
  },

  async add(transaction, partition, rows) {
    await transaction.query(addRows(partition, ...columnsOf(rows)));
  },
};

export const ordersProjection: Projection = {
  name: 'orders',
  key: ['order_id', 'tenant_id', 'partition'],
  count: 'version',
  others: [{ name: 'order_terms', key: ['tenant_id', 'term', 'placed_position', 'partition'] }],
  fold,
  companions: [customerTotalsProjection, dailySalesProjection, salesProjection],
  apply: applyWith(fold),

  outdated: {
    has: hasOutdatedOrders,
    async renew(transaction, partition) {
      const rows = new Map<string, Row>();
      for (const event of await readOutdatedOrders(transaction, partition)) {
        const key = orderKey(event);
        rows.set(key, fold.evolve(rows.get(key), event));
      }
      return rows.size === 0 ? 0 : fold.write(transaction, partition, [...rows.values()]);
    },
  },
};

/** The columns of rows and of the terms that they get, in the order of both statements. */
function columnsOf(rows: readonly Row[]): (string | string[])[] {
  const states = rows.map(({ state }) => state);
  const orders = states.map(({ order }) => order);
  const gained = termsOf(rows, true);
  return [
    plainArray(rows.map((row) => row.tenantId)),
    plainArray(orders.map((order) => toUuid(order.id))),
    plainArray(rows.map((row) => row.placedPosition)),
    orders.map((order) => order.customer_id ?? ''),
    plainArray(orders.map((order) => order.status)),
    plainArray(orders.map((order) => order.placed_at)),
    plainArray(orders.map((order) => order.version)),
    orders.map((order) => JSON.stringify(order)).join(SEPARATOR),
    states.map(({ facts }) => JSON.stringify(facts)).join(SEPARATOR),
    plainArray(states.map(paymentStatus)),
    plainArray(states.map(isOnHold)),
    plainArray(states.map(isReadyToShip)),
    plainArray(orders.map(orderedAt)),
    plainArray(gained.map(({ ordinal }) => ordinal)),
    gained.map(({ term }) => term),
  ];
}

/** The first instant of the calendar of Postgres that its text form can spell as the log does. */
const EARLIEST = '0001-01-01T00:00:00.000Z';

/** When an order was ordered; a time before the year 1 counts as its first instant. */
function orderedAt({ ordered_at, placed_at }: Order): string {
  if (ordered_at === undefined) return placed_at;
  return ordered_at < EARLIEST ? EARLIEST : ordered_at;
}

/** The terms that orders get, or lose, each with its order and the ordinal of that. */
function termsOf(rows: readonly Row[], isGained: boolean): { row: Row; ordinal: number; term: string }[] {
  const found: { row: Row; ordinal: number; term: string }[] = [];
  for (const [index, row] of rows.entries())
    for (const [term, gained] of row.terms)
      if (gained === isGained) found.push({ row, ordinal: index + 1, term });
  return found;
}
