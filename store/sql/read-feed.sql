-- The next events of a tenant, oldest first. $3 events at most are looked at, so that a page of a rare type has a bound too; `scanned` says
-- how far that came. The tenant is asked for in the form of the index events_feed, which is the only one that fits.
WITH next AS MATERIALIZED (
  SELECT *
    FROM events
   WHERE uuid_send(tenant_id) = uuid_send($1::uuid) AND position > $2
   ORDER BY position
   LIMIT $3
)
SELECT seen.scanned, seen.looked_at, event.position, event.event_id, event.order_id, event.version, event.type, event.schema_version,
       event.data, event.recorded_at, event.key_id
  FROM (SELECT max(position) AS scanned, count(*) AS looked_at FROM next) AS seen
  LEFT JOIN next AS event ON $4::text[] IS NULL OR event.type = ANY ($4)
 ORDER BY event.position
 LIMIT $5
