-- The next events of a tenant after position $2, oldest first.
--
-- The page scans at most $3 events, so that a page of a rare type is bounded too. `scanned` is the
-- last scanned position, `found` the number of scanned events that match. The page ends after $5
-- events, or with the event that exceeds $7 bytes. Only the index events_feed fits: the condition
-- on tenant_id matches its expression, and for a partition out of a list the primary key has no
-- order. For `partition = $6` the planner could read all tenants' events by it.
--
-- `head` and `here` are the head of the log and the tenant's event at $2, in the same snapshot.
-- They show whether the reader's position belongs to this log: after a restore it may not. Each
-- costs one look-up in a primary key.
WITH next AS MATERIALIZED (
  SELECT *
    FROM events
   WHERE uuid_send(tenant_id) = uuid_send($1::uuid) AND position > $2
     AND partition = ANY (ARRAY[$6::integer])
   ORDER BY position
   LIMIT $3
), wanted AS (
  SELECT *, count(*) OVER () AS found, row_number() OVER walk AS n,
         sum(octet_length(data::text)) OVER walk AS bytes
    FROM next
   WHERE $4::text[] IS NULL OR type = ANY ($4)
  WINDOW walk AS (ORDER BY position)
)
SELECT seen.head, seen.here, seen.scanned, seen.scanned_id, seen.scanned_count,
       event.position, event.event_id, event.order_id, event.version, event.type,
       event.schema_version, event.data, event.recorded_at, event.key_id,
       event.number, event.found
  FROM (SELECT (SELECT position FROM log_heads WHERE partition = $6) AS head,
               (SELECT event_id
                  FROM events
                 WHERE partition = $6 AND position = $2 AND tenant_id = $1) AS here,
               (SELECT max(position) FROM next) AS scanned,
               (SELECT event_id FROM next ORDER BY position DESC LIMIT 1) AS scanned_id,
               (SELECT count(*) FROM next) AS scanned_count) AS seen
  LEFT JOIN wanted AS event
    ON event.n <= $5 AND (event.n = 1 OR event.bytes - octet_length(event.data::text) < $7)
 ORDER BY event.position
