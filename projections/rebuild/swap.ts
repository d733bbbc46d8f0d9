/** The swap: a shadow table becomes the live table, and the live table is kept for a rollback. */
import { type DatabaseTransactionConnection, sql } from 'slonik';
import { z } from 'zod';
import { type Projection, tablesOf } from '../projection.ts';
import { PREVIOUS_SCHEMA, REBUILD_SCHEMA, shadowConsumer, tableIn } from './shadow-table.ts';

/**
 * Swaps the tables and their checkpoints. Needs the lease of the live table, with both tables at
 * the same position: a reader sees one table or the other, and no difference in position. A table
 * that has lost events of the log keeps its mark: it must not become live again.
 */
export async function swap(
  transaction: DatabaseTransactionConnection,
  projection: Projection,
  schema: typeof REBUILD_SCHEMA | typeof PREVIOUS_SCHEMA,
): Promise<void> {
  const tables = tablesOf(projection);
  const move = async (from: string, to: string): Promise<void> => {
    for (const table of tables)
      await transaction.query(
        sql.unsafe`ALTER TABLE ${tableIn(from, table)} SET SCHEMA ${sql.identifier([to])}`,
      );
  };
  const deleteCheckpoints = (consumer: string) =>
    transaction.query(sql.unsafe`DELETE FROM checkpoints WHERE consumer = ${consumer}`);
  const live = projection.name;
  const shadow = shadowConsumer(projection, schema);
  const previous = shadowConsumer(projection, PREVIOUS_SCHEMA);

  if (schema === PREVIOUS_SCHEMA) {
    await move(PREVIOUS_SCHEMA, REBUILD_SCHEMA);
    await deleteCheckpoints(shadowConsumer(projection, REBUILD_SCHEMA));
  } else {
    for (const table of tables)
      await transaction.query(sql.unsafe`DROP TABLE IF EXISTS ${tableIn(PREVIOUS_SCHEMA, table)}`);
    await deleteCheckpoints(previous);
  }
  await move('public', PREVIOUS_SCHEMA);
  await move(REBUILD_SCHEMA, 'public');
  const lost = await transaction.anyFirst(sql.type(z.object({ partition: z.int() }))`
    SELECT partition FROM checkpoints WHERE consumer = ${live} AND lost_position IS NOT NULL`);
  await transaction.query(sql.unsafe`
    UPDATE checkpoints AS checkpoint SET position = other.position, lost_position = NULL, updated_at = now()
      FROM checkpoints AS other
     WHERE other.partition = checkpoint.partition
       AND (checkpoint.consumer, other.consumer) = (${live}, ${shadow})`);
  await deleteCheckpoints(shadow);
  await transaction.query(sql.unsafe`
    INSERT INTO checkpoints (partition, consumer, position, lost_position)
    SELECT partition, ${previous}, position,
           CASE WHEN partition = ANY (${sql.array([...lost], 'int4')}) THEN position END
      FROM checkpoints
     WHERE consumer = ${live}`);
}
