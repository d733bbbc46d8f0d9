/**
 * The interface of a projection whose rows belong to one order each: a pure step, from a row and
 * the next event of its order to the next row, and the statements that read and write rows.
 *
 * The runner applies batches of the log with it. A rebuild keeps rows in memory from event to
 * event, and writes most of them once (rebuild/fold/fold-log.ts).
 */
import type { DatabaseTransactionConnection } from 'slonik';
import type { Projection, TenantEvent } from './projection.ts';

/** Methods: a projection hides the type of its rows. */
export interface OrderFold<Row> {
  /** The row after the next event of its order. May change and return the row before it. */
  evolve(row: Row | undefined, event: TenantEvent): Row;
  /** The rows of the orders of some events, by {@link orderKey}. */
  read(
    transaction: DatabaseTransactionConnection,
    partition: number,
    events: readonly TenantEvent[],
  ): Promise<Map<string, Row>>;
  /** Writes rows, in place of those of earlier versions. */
  write(transaction: DatabaseTransactionConnection, partition: number, rows: readonly Row[]): Promise<number>;
  /**
   * Adds rows of orders that the tables have no rows of. When they have, because a checkpoint was
   * moved back, as `write`; a rebuild adds them before its tables have keys.
   */
  add(transaction: DatabaseTransactionConnection, partition: number, rows: readonly Row[]): Promise<void>;
}

/** The order of an event, in its tenant. */
export const orderKey = (event: { tenant_id: string; order_id: string }) =>
  `${event.tenant_id} ${event.order_id}`;

/** Applies batches: reads the rows of known orders, folds, and writes each row once. */
export const applyWith =
  <Row>(fold: OrderFold<Row>): Projection['apply'] =>
  async (transaction, partition, events) => {
    const placed = unplaced(events);
    const known =
      placed.length > 0 ? await fold.read(transaction, partition, placed) : new Map<string, Row>();
    const rows = new Map(known);
    for (const event of events) {
      const key = orderKey(event);
      rows.set(key, fold.evolve(rows.get(key), event));
    }
    const [begun, later]: [Row[], Row[]] = [[], []];
    for (const [key, row] of rows) (known.has(key) ? later : begun).push(row);
    if (begun.length > 0) await fold.add(transaction, partition, begun);
    if (later.length > 0) await fold.write(transaction, partition, later);
  };

/** One event of each order whose row must be read: the batch lacks the order's first event. */
function unplaced(events: readonly TenantEvent[]): TenantEvent[] {
  const later = new Map(events.filter(({ version }) => version > 1).map((event) => [orderKey(event), event]));
  if (later.size > 0) for (const event of events) if (event.version === 1) later.delete(orderKey(event));
  return [...later.values()];
}
