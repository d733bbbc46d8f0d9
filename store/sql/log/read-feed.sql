-- The next events of a tenant, oldest first. $3 events at most are looked at, so that a page of a
-- rare type has a bound too; `scanned` says how far that came, and `found` how many of them are
-- wanted. A page ends after $5 events, or behind the event that fills $7 bytes. The tenant is asked
-- for in the form of the index events_feed, which is the only one that fits. `head` and `here`, the
-- end of the log and the tenant's own event at the position that the page goes on from, tell in the
-- same snapshot whether the reader has been in this log: after a restore it may not have. One look
-- into a primary key each.
WITH next AS MATERIALIZED (
  SELECT *
    FROM events
   WHERE uuid_send(tenant_id) = uuid_send($1::uuid) AND position > $2
   ORDER BY position
   LIMIT $3
), wanted AS (
  SELECT *, count(*) OVER () AS found, row_number() OVER walk AS n, sum(octet_length(data::text)) OVER walk AS bytes
    FROM next
   WHERE $4::text[] IS NULL OR type = ANY ($4)
  WINDOW walk AS (ORDER BY position)
)
SELECT seen.head, seen.here, seen.scanned, seen.scanned_id, seen.looked_at, event.position, event.event_id, event.order_id, event.version, event.type,
       event.schema_version, event.data, event.recorded_at, event.key_id, event.found
  FROM (SELECT (SELECT position FROM log_heads WHERE partition = $6) AS head,
               (SELECT event_id FROM events WHERE partition = $6 AND position = $2 AND tenant_id = $1) AS here,
               (SELECT max(position) FROM next) AS scanned,
               (SELECT event_id FROM next ORDER BY position DESC LIMIT 1) AS scanned_id,
               (SELECT count(*) FROM next) AS looked_at) AS seen
  LEFT JOIN wanted AS event ON event.n <= $5 AND (event.n = 1 OR event.bytes - octet_length(event.data::text) < $7)
 ORDER BY event.position
