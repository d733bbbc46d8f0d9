import type { DatabaseTransactionConnection } from 'slonik';
import type { RecordedEvent } from '../domain/order/events.ts';

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
