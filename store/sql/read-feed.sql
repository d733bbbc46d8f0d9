-- The next events of a tenant, oldest first. $3 events at most are looked at, so that a page of a
-- rare type has a bound too; `scanned` says how far that came. The tenant is asked for in the form
-- of the index events_feed, which is the only one that fits. `head` and `here`, the end of the log
-- and the tenant's own event at the position that the page goes on from, tell in the same snapshot
-- whether the reader has been in this log: after a restore it may not have. One look into a primary
-- key each.
WITH next AS MATERIALIZED (
  SELECT *
    FROM events
   WHERE uuid_send(tenant_id) = uuid_send($1::uuid) AND position > $2
   ORDER BY position
   LIMIT $3
)
SELECT seen.head, seen.here, seen.scanned, seen.scanned_id, seen.looked_at, event.position, event.event_id, event.order_id, event.version, event.type,
       event.schema_version, event.data, event.recorded_at, event.key_id
  FROM (SELECT (SELECT position FROM log_heads WHERE partition = $6) AS head,
               (SELECT event_id FROM events WHERE partition = $6 AND position = $2 AND tenant_id = $1) AS here,
               (SELECT max(position) FROM next) AS scanned,
               (SELECT event_id FROM next ORDER BY position DESC LIMIT 1) AS scanned_id,
               (SELECT count(*) FROM next) AS looked_at) AS seen
  LEFT JOIN next AS event ON $4::text[] IS NULL OR event.type = ANY ($4)
 ORDER BY event.position
 LIMIT $5
