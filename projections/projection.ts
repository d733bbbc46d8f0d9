import type { DatabaseTransactionConnection } from 'slonik';
import { z } from 'zod';
import type { RecordedEvent } from '../domain/order/events.ts';
import { recordedRow, toRecordedEvent } from '../store/log/log.ts';

/** An event together with where it stands and whose it is. */
export type TenantEvent = RecordedEvent & { position: number; tenant_id: string };

/** A read table that is made from the log, and could be made again from it at any time. */
export interface Projection {
  /** Its name: that of its table and of its checkpoint. */
  name: string;
  /** Columns of the table's primary key. */
  key: readonly string[];
  /** Column that counts the events which a row shows, by which the auditor tells how many are missing. */
  count: string;
  /**
   * Applies the next events of one partition, in the order of their positions, within the transaction that also
   * moves the checkpoint: all of them count, once, or none does.
   */
  apply: (
    transaction: DatabaseTransactionConnection,
    partition: number,
    events: TenantEvent[],
  ) => Promise<void>;
}

/** An event as it is read for a projection; `skipped` when an operator has had it left out. */
export const nextRow = recordedRow.extend({ tenant_id: z.uuid(), skipped: z.boolean() });

/** The events that are to be applied of those that were read. */
export const eventsOf = (rows: readonly z.output<typeof nextRow>[]): TenantEvent[] =>
  rows
    .filter((row) => !row.skipped)
    .map((row) => Object.assign(toRecordedEvent(row), { tenant_id: row.tenant_id }));
