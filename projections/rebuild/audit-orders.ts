/**
 * The audit of a projection whose rows belong to one order each: it folds some orders at a time, so
 * that the copy is small however large the table is.
 */
import { type DatabaseTransactionConnection, sql } from 'slonik';
import { z } from 'zod';
import { listPartitions, progressOf } from '../../store/partitions.ts';
import { plainArray, statement } from '../../store/statement.ts';
import { type Projection, eventsOf, nextRow, tablesOf } from '../projection.ts';
import { type CatchUpOptions, inSchema } from './catch-up.ts';
import {
  type Differences,
  addChunk,
  addDifferences,
  differencesStatement,
  noDifferences,
} from './compare.ts';
import type { Lease } from './lease.ts';
import { type Shadow, createEmpty, tableIn } from './shadow-table.ts';

const placedOrder = z.object({
  position: z.int(),
  tenant_id: z.uuid(),
  order_id: z.uuid(),
  found: z.int(),
});
type PlacedOrder = z.output<typeof placedOrder>;
const readPlacedOrders = statement('projections/read-placed-orders', placedOrder);
const readEventsOfOrders = statement('projections/read-events-of-orders', nextRow);

/** Orders of one step. Their copy takes a few MiB. */
const STEP_ORDERS_MAX = 1_000;
/** A step ends with the order whose events reach this. */
const STEP_BYTES_MAX = 2 * 1024 * 1024;
const BATCH_EVENTS_MAX = 2_000;
const BATCH_BYTES_MAX = 8 * 1024 * 1024;

export interface AuditOrdersOptions extends CatchUpOptions {
  stepOrders?: number;
}

/** @returns the differences of all rows of the projection's tables */
export async function auditOrders(
  lease: Lease,
  projection: Projection,
  shadow: Shadow,
  { onProgress, pause, stepOrders = STEP_ORDERS_MAX }: AuditOrdersOptions,
): Promise<Differences> {
  const total = noDifferences();
  await createEmpty(lease, projection, shadow, { isUnlogged: true });
  for (const partition of await lease.transaction((transaction) => listPartitions(transaction))) {
    // Also rows in front of the first event: nothing of the log accounts for them.
    for (let after = Number.MIN_SAFE_INTEGER; ;) {
      const range = { partition, after, stepOrders };
      const step = await lease.transaction(
        (transaction) => auditStep(transaction, projection, shadow, range),
        'snapshot',
      );
      addDifferences(total, step.found);
      onProgress({ applied: step.to, head: step.head });
      await pause?.();
      if (step.isLast) break;
      after = step.to;
    }
  }
  return total;
}

interface Range {
  partition: number;
  /** The orders placed behind this position. */
  after: number;
  stepOrders: number;
}

/**
 * Folds some orders and compares their rows. The live table and its checkpoint are of one snapshot,
 * so the projector is not held up. Leaves the shadow tables empty.
 */
async function auditStep(
  transaction: DatabaseTransactionConnection,
  projection: Projection,
  shadow: Shadow,
  { partition, after, stepOrders }: Range,
): Promise<{ found: Differences; to: number; head: number; isLast: boolean }> {
  const found = noDifferences();
  const { applied: head } = await progressOf(transaction, partition, projection.name);
  const orders = await transaction.any(readPlacedOrders(partition, after, head, stepOrders, STEP_BYTES_MAX));
  const isLast = orders.length < stepOrders && orders.length === (orders[0]?.found ?? 0);
  const to = isLast ? head : orders.at(-1)!.position;
  await fold(transaction, projection, shadow, { partition, orders, upTo: head });
  const upTo = isLast ? Number.MAX_SAFE_INTEGER : to;
  for (const table of tablesOf(projection)) {
    const count = table === projection ? projection.count : undefined;
    const chunk = await transaction.one(
      differencesStatement(
        { ...table, count },
        {
          live: sql.fragment`
            SELECT * FROM ${tableIn('live', table)}
             WHERE partition = ${partition} AND placed_position + 0 > ${after} AND placed_position + 0 <= ${upTo}`,
          folded: sql.fragment`SELECT * FROM ${tableIn(shadow, table)} WHERE partition = ${partition}`,
          ends: sql.fragment`SELECT * FROM live WHERE false`,
        },
      ),
    );
    addChunk(found, chunk);
    await transaction.query(sql.unsafe`TRUNCATE ${tableIn(shadow, table)}`);
  }
  return { found, to, head, isLast };
}

interface Fold {
  partition: number;
  orders: readonly PlacedOrder[];
  /** The position of the live table. */
  upTo: number;
}

async function fold(
  transaction: DatabaseTransactionConnection,
  projection: Projection,
  shadow: Shadow,
  { partition, orders, upTo }: Fold,
): Promise<void> {
  const tenants = plainArray(orders.map((order) => order.tenant_id));
  const ids = plainArray(orders.map((order) => order.order_id));
  for (let after = 0; orders.length > 0;) {
    const bounds = [upTo, BATCH_EVENTS_MAX, BATCH_BYTES_MAX] as const;
    const rows = await transaction.any(
      readEventsOfOrders(partition, tenants, ids, after, projection.name, ...bounds),
    );
    const last = rows.at(-1);
    if (last === undefined) return;
    await inSchema(transaction, shadow, () =>
      projection.apply(transaction, partition, eventsOf(rows)(projection)),
    );
    after = last.position;
  }
}
