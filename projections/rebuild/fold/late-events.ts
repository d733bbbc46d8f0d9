/**
 * Events of orders whose rows are no longer in memory (fold-log.ts). They are applied in batches,
 * as a projector does, once the tables have keys to find the rows by.
 */
import { sql } from 'slonik';
import { plainArray, statement } from '../../../store/statement.ts';
import { type Projection, type TenantEvent, eventsOf, nextRow } from '../../projection.ts';
import { inSchema } from '../catch-up.ts';
import type { Lease } from '../lease.ts';
import { type Shadow, addKeys } from '../shadow-table.ts';

const readEventsAt = statement('projections/read-events-at', nextRow);

/** Positions in memory. Then they are applied, and the tables have keys from there on. */
const LATE_EVENTS_MAX = 500_000;
const BATCH_EVENTS_MAX = 2_000;
/** A batch ends with the event that exceeds this. */
const BATCH_BYTES_MAX = 8 * 1024 * 1024;

export type LateEvents = ReturnType<typeof createLateEvents>;

export function createLateEvents(
  lease: Lease,
  projection: Projection,
  shadow: Shadow,
  partition: number,
  eventsMax = LATE_EVENTS_MAX,
) {
  let noted: { position: number; bytes: number }[] = [];

  const applyAt = (positions: readonly number[]) =>
    lease.transaction(async (transaction) => {
      await transaction.query(sql.unsafe`SET LOCAL synchronous_commit = off`);
      const rows = await transaction.any(readEventsAt(partition, plainArray(positions)));
      await inSchema(transaction, shadow, () =>
        projection.apply(transaction, partition, eventsOf(rows)(projection)),
      );
    });

  return {
    note: ({ position, bytes }: TenantEvent): void => void noted.push({ position, bytes }),
    isFull: () => noted.length >= eventsMax,
    /** Applies all of them. The rows of their orders must be in the tables. */
    async apply(): Promise<void> {
      if (noted.length === 0) return;
      await addKeys(lease, projection, shadow);
      let positions: number[] = [];
      let batchBytes = 0;
      for (const { position, bytes } of noted) {
        positions.push(position);
        batchBytes += bytes;
        if (positions.length < BATCH_EVENTS_MAX && batchBytes <= BATCH_BYTES_MAX) continue;
        await applyAt(positions);
        [positions, batchBytes] = [[], 0];
      }
      if (positions.length > 0) await applyAt(positions);
      noted = [];
    },
  };
}
