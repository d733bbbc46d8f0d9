/** Tallies: the sums that a batch of events adds to the tables that count. */
import type { DatabaseTransactionConnection } from 'slonik';
import { z } from 'zod';
import type { EventOf } from '../domain/order/events.ts';
import { toUuid } from '../store/ids.ts';
import { recordedRow, toRecordedEvent } from '../store/log/event-row.ts';
import { plainArray, statement } from '../store/statement.ts';
import type { TenantEvent } from './projection.ts';

const readPlacings = statement('projections/read-placings', recordedRow.extend({ tenant_id: z.uuid() }));

/** Sums over events. Amounts are whole minor units. */
export interface Tally {
  orders_placed: number;
  orders_cancelled: number;
  ordered: number;
  paid: number;
  refunded: number;
  /** The number of events in the sums. */
  events: number;
}

/** An event that counts, and the first event of its order. */
export interface Counted {
  event: TenantEvent;
  placed: EventOf<'OrderPlaced'>['data'];
}

const COUNTED_TYPES = new Set<TenantEvent['type']>([
  'OrderPlaced',
  'OrderCancelled',
  'PaymentRecorded',
  'RefundRecorded',
]);

/**
 * The events of a batch that count. A first event that is not in the batch is read from the log,
 * not from `orders`: no read table may depend on another.
 */
export async function countedOf(
  transaction: DatabaseTransactionConnection,
  partition: number,
  batch: TenantEvent[],
): Promise<Counted[]> {
  const events = batch.filter(({ type }) => COUNTED_TYPES.has(type));
  const later = events.filter(({ type }) => type !== 'OrderPlaced');
  const placings = later.length === 0 ? undefined : await placingsOf(transaction, partition, events, later);
  return events.map((event) => {
    const placed = event.type === 'OrderPlaced' ? event.data : placings!.get(orderOf(event));
    if (placed === undefined) throw new Error(`${event.order_id} has no first event`);
    return { event, placed };
  });
}

/** The first events of orders: of the batch, else of the log. */
async function placingsOf(
  transaction: DatabaseTransactionConnection,
  partition: number,
  events: readonly TenantEvent[],
  later: readonly TenantEvent[],
): Promise<Map<string, Counted['placed']>> {
  const placings = new Map<string, Counted['placed']>();
  const rememberPlacing = (event: TenantEvent): void => {
    if (event.type === 'OrderPlaced') placings.set(orderOf(event), event.data);
  };
  events.forEach(rememberPlacing);
  const unknown = new Map(
    later.filter((event) => !placings.has(orderOf(event))).map((event) => [orderOf(event), event]),
  );
  if (unknown.size > 0) {
    const wanted = [...unknown.values()];
    const rows = await transaction.any(
      readPlacings(
        partition,
        plainArray(wanted.map((event) => event.tenant_id)),
        plainArray(wanted.map((event) => toUuid(event.order_id))),
      ),
    );
    for (const row of rows)
      rememberPlacing(Object.assign(toRecordedEvent(row), { tenant_id: row.tenant_id }));
  }
  return placings;
}

const orderOf = (event: TenantEvent): string => `${event.tenant_id} ${event.order_id}`;

/** Groups counted events, and sums each group. */
export function tallied(
  counted: Counted[],
  groupOf: (each: Counted) => string,
): { first: Counted; last: Counted; tally: Tally }[] {
  const groups = new Map<string, Counted[]>();
  for (const each of counted) {
    const name = groupOf(each);
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [each]);
    else group.push(each);
  }
  return [...groups.values()].map((group) => ({ first: group[0]!, last: group.at(-1)!, tally: sum(group) }));
}

function sum(group: Counted[]): Tally {
  const tally = {
    orders_placed: 0,
    orders_cancelled: 0,
    ordered: 0,
    paid: 0,
    refunded: 0,
    events: group.length,
  };
  for (const { event } of group) {
    if (event.type === 'OrderPlaced') {
      tally.orders_placed += 1;
      tally.ordered += event.data.total;
    }
    if (event.type === 'OrderCancelled') tally.orders_cancelled += 1;
    if (event.type === 'PaymentRecorded') tally.paid += event.data.amount;
    if (event.type === 'RefundRecorded') tally.refunded += event.data.amount;
  }
  return tally;
}

/** The columns of tallies, in the order of the statements' parameters. */
export const columnsOf = (tallies: Tally[]): string[] =>
  [
    tallies.map((tally) => tally.orders_placed),
    tallies.map((tally) => tally.orders_cancelled),
    tallies.map((tally) => tally.ordered),
    tallies.map((tally) => tally.paid),
    tallies.map((tally) => tally.refunded),
    tallies.map((tally) => tally.events),
  ].map(plainArray);
