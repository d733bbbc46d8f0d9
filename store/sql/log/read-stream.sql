-- The next events of an order behind version $3, up to version $4, oldest first. The page ends
-- after $5 events, or with the event that exceeds $6 bytes; `found` counts those within the first
-- bound.
SELECT position, event_id, order_id, version, type, schema_version, data, fingerprint, recorded_at,
       key_id, number, idempotency_key, found
  FROM (SELECT *, count(*) OVER () AS found,
               sum(octet_length(data::text)) OVER (ORDER BY version)
                 - octet_length(data::text) AS bytes_before
          FROM (SELECT *
                  FROM events
                 WHERE order_id = $1 AND tenant_id = $2 AND partition = $7
                   AND version > $3 AND version <= $4
                 ORDER BY version
                 LIMIT $5) AS next) AS event
 WHERE bytes_before < $6
 ORDER BY version
