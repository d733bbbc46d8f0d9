/**
 * The kinds of events, type and schema version, that projectors met in a partition. By them a node
 * of an older release sees that it must leave the partition to newer nodes, also when these have
 * applied the event that it does not know.
 */
import { type CommonQueryMethods, type DatabasePool, sql } from 'slonik';

interface Met {
  position: number;
  type: string;
  schema_version: number;
  skipped: boolean;
}

/** By partition, the kinds that this process has found recorded. A log has few. */
const recorded = new WeakMap<DatabasePool, Map<number, Set<string>>>();

/** Forgets what was found recorded: a log that lost its end may have lost it too. */
export const forgetKinds = (pool: DatabasePool): boolean => recorded.delete(pool);

/** The kinds of a partition, for one batch. */
export function kindsOf(pool: DatabasePool, partition: number) {
  const partitions = recorded.get(pool) ?? new Map<number, Set<string>>();
  recorded.set(pool, partitions);
  const known = partitions.get(partition) ?? new Set<string>();
  partitions.set(partition, known);
  let noted: string[] = [];

  return {
    /** Records the new kinds of a batch, in its transaction. */
    async note(transaction: CommonQueryMethods, rows: readonly Met[]): Promise<void> {
      const first = new Map<string, Met>();
      for (const row of rows) {
        const kind = `${row.type} ${row.schema_version}`;
        if (!row.skipped && !known.has(kind) && !first.has(kind)) first.set(kind, row);
      }
      noted = [...first.keys()];
      const met = [...first.values()];
      if (met.length === 0) return;
      const types = sql.array(
        met.map(({ type }) => type),
        'text',
      );
      const versions = sql.array(
        met.map((each) => each.schema_version),
        'int4',
      );
      const positions = sql.array(
        met.map(({ position }) => position),
        'int8',
      );
      await transaction.query(sql.unsafe`
        INSERT INTO event_kinds (partition, type, schema_version, position)
        SELECT ${partition}, kind.type, kind.schema_version, kind.position
          FROM unnest(${types}, ${versions}, ${positions}) AS kind (type, schema_version, position)
         -- One sequence in all transactions: they wait for each other, and must not deadlock.
         ORDER BY kind.type, kind.schema_version
            ON CONFLICT DO NOTHING`);
    },

    /** Call when the transaction commits. */
    keep(): void {
      for (const kind of noted) known.add(kind);
    },
  };
}
