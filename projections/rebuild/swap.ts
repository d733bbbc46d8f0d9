/** The swap: a shadow table becomes the live table, and the live table is kept for a rollback. */
import { type DatabaseTransactionConnection, sql } from 'slonik';
import { z } from 'zod';
import { type TableSet, schemaOf } from '../../store/schema/names.ts';
import { type Projection, tablesOf } from '../projection.ts';
import { dropTables, shadowConsumer, tableIn } from './shadow-table.ts';
import { checkShapes } from './table-shape.ts';

/**
 * Swaps the tables. Needs the lease of the live table, with both tables at the same position: a
 * reader sees one table or the other, and no difference in position. The checkpoint of the live
 * table stays where it is. A table that has events which the log lost keeps its mark: it must not
 * become live again.
 *
 * @throws {ShapeError} the tables differ in an index, a column or a constraint
 */
export async function swap(
  transaction: DatabaseTransactionConnection,
  projection: Projection,
  shadow: 'rebuild' | 'previous',
): Promise<void> {
  const move = async (from: TableSet, to: TableSet): Promise<void> => {
    for (const table of tablesOf(projection))
      await transaction.query(
        sql.unsafe`ALTER TABLE ${tableIn(from, table)} SET SCHEMA ${sql.identifier([schemaOf(to)])}`,
      );
  };
  await checkPositions(transaction, projection.name, shadowConsumer(projection, shadow));
  await checkShapes(transaction, projection, shadow);
  if (shadow === 'previous') {
    await dropTables(transaction, projection, 'rebuild');
    await move('previous', 'rebuild');
  } else {
    await dropTables(transaction, projection, 'previous');
  }
  await move('live', 'previous');
  await move('rebuild', 'live');
  const previous = shadowConsumer(projection, 'previous');
  const replaced = [previous, shadowConsumer(projection, 'rebuild')];
  await transaction.query(
    sql.unsafe`DELETE FROM checkpoints WHERE consumer = ANY (${sql.array(replaced, 'text')})`,
  );
  await transaction.query(sql.unsafe`
    INSERT INTO checkpoints (partition, consumer, position, lost_position)
    SELECT partition, ${previous}, position, lost_position FROM checkpoints WHERE consumer = ${projection.name}`);
  await transaction.query(
    sql.unsafe`UPDATE checkpoints SET lost_position = NULL WHERE consumer = ${projection.name}`,
  );
}

/**
 * Locks the live tables for the swap, or fails after a time.
 *
 * @throws {Error} 55P03, lock_not_available
 */
export async function lockTables(
  transaction: DatabaseTransactionConnection,
  projection: Projection,
  waitMs: number,
): Promise<void> {
  const waiting = await transaction.oneFirst(sql.type(z.object({ ms: z.string() }))`
    SELECT current_setting('lock_timeout') AS ms`);
  const limit = (text: string) => sql.unsafe`SELECT set_config('lock_timeout', ${text}, true)`;
  await transaction.query(limit(`${waitMs}ms`));
  for (const table of tablesOf(projection))
    await transaction.query(sql.unsafe`LOCK TABLE ${tableIn('live', table)} IN ACCESS EXCLUSIVE MODE`);
  await transaction.query(limit(waiting));
}

/**
 * Refuses a swap that would take the live table to another position, or that would make a table
 * live whose log lost events while it was folded.
 */
async function checkPositions(
  transaction: DatabaseTransactionConnection,
  live: string,
  shadow: string,
): Promise<void> {
  const isApart = await transaction.exists(sql.unsafe`
    SELECT 1 FROM checkpoints AS checkpoint
      LEFT JOIN checkpoints AS other ON other.partition = checkpoint.partition AND other.consumer = ${shadow}
     WHERE checkpoint.consumer = ${live}
       AND (checkpoint.position IS DISTINCT FROM other.position OR other.lost_position IS NOT NULL)`);
  if (isApart) throw new Error(`${shadow} does not have the same events as ${live}`);
}
