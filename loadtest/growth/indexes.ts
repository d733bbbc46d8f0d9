/** Fills tables without their indexes, as a dump is restored, and then builds the indexes. */
import type { Client } from 'pg';

/** Drops the indexes and keys of tables, calls `act`, and creates them again. */
export async function withoutIndexes(
  database: Client,
  tables: readonly string[],
  act: () => Promise<void>,
): Promise<void> {
  const constraints = await database.query<{ table: string; name: string; definition: string }>(
    `SELECT conrelid::regclass::text AS table, conname AS name, pg_get_constraintdef(oid) AS definition
       FROM pg_constraint WHERE conrelid = ANY ($1::regclass[]) AND contype IN ('p', 'u')`,
    [tables],
  );
  for (const { table, name } of constraints.rows)
    await database.query(`ALTER TABLE ${table} DROP CONSTRAINT "${name}"`);
  const indexes = await database.query<{ name: string; definition: string }>(
    `SELECT indexrelid::regclass::text AS name, pg_get_indexdef(indexrelid) AS definition
       FROM pg_index WHERE indrelid = ANY ($1::regclass[])`,
    [tables],
  );
  for (const { name } of indexes.rows) await database.query(`DROP INDEX ${name}`);
  await act();
  for (const { table, name, definition } of constraints.rows)
    await database.query(`ALTER TABLE ${table} ADD CONSTRAINT "${name}" ${definition}`);
  for (const { definition } of indexes.rows) await database.query(definition);
}
