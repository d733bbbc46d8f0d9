/** The ends of the partitions, for a verification. */
import { type DatabasePool, sql } from 'slonik';
import { z } from 'zod';
import { reachable } from '../../unavailable.ts';

const headRow = z.object({
  partition: z.int(),
  position: z.int(),
  reached_position: z.int(),
  link: z.string().nullable(),
  linked_after: z.int(),
  /** The last event; 0: none. */
  last: z.int(),
  /** The furthest position that a consumer has read. */
  consumed: z.int(),
  tree_size: z.int(),
  tree_position: z.int(),
  rewrites: z.int(),
  /** When the partition was linked again for the last time (restart-links.ts), RFC 3339. */
  restarted_at: z.string().nullable(),
  /** Whether a part of the log was imported, which leaves gaps. */
  imported: z.boolean(),
});
export type Head = z.output<typeof headRow>;

/** In one snapshot: an append moves the head and adds its events at once. */
export const readHeads = (pool: DatabasePool): Promise<readonly Head[]> =>
  reachable(
    pool.any(sql.type(headRow)`
      SELECT head.partition, head.position, head.reached_position, encode(head.link, 'hex') AS link, head.linked_after,
             coalesce((SELECT max(position) FROM events WHERE events.partition = head.partition), 0) AS last,
             coalesce((SELECT max(position) FROM checkpoints WHERE checkpoints.partition = head.partition), 0) AS consumed,
             coalesce(tree.size, 0) AS tree_size, coalesce(tree.position, 0) AS tree_position,
             (SELECT count(*) FROM log_rewrites WHERE log_rewrites.partition = head.partition) AS rewrites,
             (SELECT max(restarted_at) FROM log_restarts WHERE log_restarts.partition = head.partition) AS restarted_at,
             head.timeline = 'imported' IS TRUE
               OR EXISTS (SELECT FROM log_epochs
                           WHERE log_epochs.partition = head.partition AND reason = 'log_imported') AS imported
        FROM log_heads AS head
        LEFT JOIN log_trees AS tree USING (partition)
       ORDER BY head.partition`),
  );
