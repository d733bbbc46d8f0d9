-- Removes up to $1 deliveries that ended more than $2 days ago, oldest first, and their attempts by
-- the foreign key. A trigger moves webhook_ledger_starts. $3: the end of the last delivery that was
-- removed before, so that the scan starts behind the dead entries of the index. A replay of
-- undelivered events reads the ledger: while one runs, the deliveries of its endpoint stay.
-- SKIP LOCKED: several nodes work side by side, and none waits for a redelivery.
WITH old AS MATERIALIZED (
  SELECT delivery_id, finished_at
    FROM webhook_deliveries
   WHERE status <> 'pending' AND finished_at < now() - $2 * interval '1 day'
     AND finished_at >= $3::timestamptz
     AND endpoint_id <> ALL (ARRAY(SELECT endpoint_id
                                     FROM webhook_replays
                                    WHERE finished_at IS NULL AND which = 'undelivered'))
   ORDER BY finished_at
   LIMIT $1
     FOR UPDATE SKIP LOCKED
), removed AS (
  -- An array: for a join, a plan for any $1 would expect a tenth of the table, and read all of it.
  DELETE FROM webhook_deliveries WHERE delivery_id = ANY (ARRAY(SELECT delivery_id FROM old))
  RETURNING 1
)
SELECT (SELECT count(*) FROM removed) AS removed, max(finished_at) AS last_finished_at
  FROM old
