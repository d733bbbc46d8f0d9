/** The interface of a projection: it folds events of the log into a read table. */
import type { DatabaseTransactionConnection } from 'slonik';
import { z } from 'zod';
import type { RecordedEvent } from '../domain/order/events.ts';
import { recordedRow, toRecordedEvent } from '../store/log/event-row.ts';

/** An event with its position and its tenant. */
export type TenantEvent = RecordedEvent & { position: number; tenant_id: string };

/** A read table that is folded from the log, and can be rebuilt from it at any time. */
export interface Projection {
  /** The name of its table and of its checkpoint. */
  name: string;
  /** Columns of the table's primary key. */
  key: readonly string[];
  /** The column that counts the events of a row: the auditor finds missing events by it. */
  count: string;
  /**
   * Applies the next events of one partition, in the order of their positions, in the transaction
   * that also moves the checkpoint: all events count once, or none does.
   */
  apply: (
    transaction: DatabaseTransactionConnection,
    partition: number,
    events: TenantEvent[],
  ) => Promise<void>;
}

/** A row of a batch; `skipped` when an operator has skipped the event. */
export const nextRow = recordedRow.extend({ tenant_id: z.uuid(), skipped: z.boolean() });

/** The events of a batch, without those that are skipped. */
export const eventsOf = (rows: readonly z.output<typeof nextRow>[]): TenantEvent[] =>
  rows
    .filter((row) => !row.skipped)
    .map((row) => Object.assign(toRecordedEvent(row), { tenant_id: row.tenant_id }));
