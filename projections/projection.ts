/** The interface of a projection: it folds events of the log into a read table. */
import type { CommonQueryMethods, DatabaseTransactionConnection } from 'slonik';
import { z } from 'zod';
import type { EventType, RecordedEvent } from '../domain/order/events.ts';
import { isKnownEvent } from '../domain/order/upcast.ts';
import { newerEvent } from '../domain/order/upcast.ts';
import { recordedRow, toRecordedEvent } from '../store/log/event-row.ts';
import type { OrderFold } from './order-fold.ts';

/** An event with its position and its tenant. */
export type TenantEvent = RecordedEvent & { position: number; tenant_id: string };

export interface ReadTable {
  name: string;
  /** Columns of its primary key. */
  key: readonly string[];
}

/** A read table that is folded from the log, and can be rebuilt from it at any time. */
export interface Projection extends ReadTable {
  /** The column that counts the events of a row: the auditor finds missing events by it. */
  count: string;
  /** Tables that it writes besides, in the same transaction. They are rebuilt together. */
  others?: readonly ReadTable[];
  /**
   * Each row belongs to one order, and each table has the position of the order's first event as
   * `placed_position`. This is the pure step that `apply` repeats: a rebuild folds the log with
   * it, and an audit folds some orders at a time.
   */
  fold?: OrderFold<unknown>;
  /** Projections that count the same events: they share its batches, see lockstep.ts. */
  companions?: readonly Projection[];
  /** The types of events that `apply` gets; all when absent. */
  types?: readonly EventType[];
  /**
   * Applies the next events of one partition, in the order of their positions, in the transaction
   * that also moves the checkpoint: all events count once, or none does.
   */
  apply: (
    transaction: DatabaseTransactionConnection,
    partition: number,
    events: TenantEvent[],
  ) => Promise<void>;
  /** For a table whose rows the release before writes with fewer columns. */
  outdated?: {
    /** Whether the table has such rows. */
    has: (pool: CommonQueryMethods) => Promise<boolean>;
    /** Folds the orders of some such rows again. @returns the number of rows */
    renew: (transaction: DatabaseTransactionConnection, partition: number) => Promise<number>;
  };
}

/** All tables of a projection; its name is that of the first. */
export const tablesOf = (projection: Projection): readonly ReadTable[] => [
  projection,
  ...(projection.others ?? []),
];

/** Events that no row of an order counts: the erasure of a customer has a stream of its own. */
export const NOT_OF_ORDERS: ReadonlySet<string> = new Set<EventType>(['CustomerErased']);

/** A row of a batch; `skipped` when an operator has skipped the event. */
export const nextRow = recordedRow.extend({ tenant_id: z.uuid(), skipped: z.boolean() });

type NextRow = z.output<typeof nextRow>;

/** Whether this release knows the event of a row, or an operator has skipped it. */
export const isKnownRow = ({ skipped, type, schema_version }: Omit<NextRow, 'data'>): boolean =>
  skipped || isKnownEvent(type, schema_version);

/**
 * The events of a batch for each projection: without those that are skipped or of other types. An
 * event is parsed once for all of them, and only if one wants it.
 *
 * @throws {UnknownEventError} a projection of a newer release may want the event
 */
export function eventsOf(rows: readonly NextRow[]): (projection: Pick<Projection, 'types'>) => TenantEvent[] {
  const unknown = rows.find((row) => !isKnownRow(row));
  if (unknown !== undefined) throw newerEvent(unknown.type, unknown.schema_version);
  const parsed: (TenantEvent | undefined)[] = [];
  return ({ types }) => {
    const events: TenantEvent[] = [];
    for (const [index, row] of rows.entries()) {
      if (row.skipped || NOT_OF_ORDERS.has(row.type)) continue;
      if (types !== undefined && !(types as readonly string[]).includes(row.type)) continue;
      events.push((parsed[index] ??= Object.assign(toRecordedEvent(row), { tenant_id: row.tenant_id })));
    }
    return events;
  };
}
