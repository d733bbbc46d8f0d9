-- Removes up to $1 deliveries of one deleted endpoint, and their attempts by the foreign key. The
-- lock on the removal makes nodes take turns; its number is where the next step starts. SKIP
-- LOCKED: a worker that records outcomes locks several deliveries, and two that wait for each other
-- would be a deadlock.
--
-- A pass that found nothing more is repeated after a minute, for deliveries that were locked, and
-- for those that a relay inserted in a transaction that began before the deletion. The removal ends
-- with an empty pass $2 minutes after the deletion, when no such transaction can be open; then the
-- replays of the endpoint go, and the start of its ledger.
WITH removal AS MATERIALIZED (
  SELECT endpoint_id, number, deleted_at
    FROM webhook_removals
   WHERE due_at <= now()
   ORDER BY due_at
   LIMIT 1
     FOR UPDATE SKIP LOCKED
), batch AS MATERIALIZED (
  SELECT delivery_id, number
    FROM webhook_deliveries
   WHERE endpoint_id = (SELECT endpoint_id FROM removal)
     AND number > (SELECT number FROM removal)
   ORDER BY number
   LIMIT $1
     FOR UPDATE SKIP LOCKED
), removed AS (
  DELETE FROM webhook_deliveries WHERE delivery_id = ANY (ARRAY(SELECT delivery_id FROM batch))
), ended AS (
  DELETE FROM webhook_removals
   WHERE endpoint_id = (SELECT endpoint_id
                          FROM removal
                         WHERE number = 0 AND deleted_at < now() - $2 * interval '1 minute')
     AND NOT EXISTS (SELECT FROM batch)
  RETURNING endpoint_id
), started AS (
  DELETE FROM webhook_ledger_starts WHERE endpoint_id = (SELECT endpoint_id FROM ended)
), replayed AS (
  DELETE FROM webhook_replays WHERE endpoint_id = (SELECT endpoint_id FROM ended)
), moved AS (
  UPDATE webhook_removals
     SET number = coalesce((SELECT max(number) FROM batch), 0),
         due_at = CASE WHEN EXISTS (SELECT FROM batch) THEN due_at
                       ELSE now() + interval '1 minute' END
   WHERE endpoint_id = (SELECT endpoint_id FROM removal)
     AND NOT EXISTS (SELECT FROM ended)
)
SELECT (SELECT count(*) FROM batch) AS removed
  FROM removal
