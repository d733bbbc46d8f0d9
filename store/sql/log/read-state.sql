-- The newest snapshot of an order up to version $3, and the events from it on, oldest first. The
-- event of the snapshot has the state after it, and no data. Without a snapshot: the events from
-- the first one on. The page ends after $5 events, or with the event that exceeds $7 bytes; `found`
-- counts the events within the first bound. `octet_length` knows the size of a text without reading
-- it.
--
-- With them, in the same snapshot of the database: the event that holds the idempotency key $6, in
-- this stream or another (`is_holder`). UNION ALL makes two index scans; OR would scan the table.
WITH snapshot AS MATERIALIZED (
  SELECT version, state
    FROM order_snapshots AS taken
   WHERE order_id = $1 AND version <= $3 AND tenant_id = $2 AND fold = $4
     AND partition = $8
     AND event_id = (SELECT event.event_id
                       FROM events AS event
                      WHERE event.order_id = $1 AND event.version = taken.version
                        AND event.tenant_id = $2 AND event.partition = $8
                      LIMIT 1)
   ORDER BY version DESC
   LIMIT 1
)
(SELECT position, event_id, order_id, version, type, schema_version,
        CASE WHEN version = (SELECT version FROM snapshot) THEN 'null' ELSE data END AS data,
        fingerprint, recorded_at, key_id, number, idempotency_key, false AS is_holder,
        (SELECT state FROM snapshot WHERE snapshot.version = event.version) AS state, found
   FROM (SELECT *, count(*) OVER () AS found,
                sum(octet_length(data::text)) OVER (ORDER BY version)
                  - octet_length(data::text) AS bytes_before
           FROM (SELECT *
                   FROM events
                  WHERE order_id = $1 AND tenant_id = $2 AND partition = $8
                    AND version BETWEEN coalesce((SELECT version FROM snapshot), 1) AND $3
                  ORDER BY version
                  LIMIT $5) AS next) AS event
  WHERE bytes_before < $7)
 UNION ALL
SELECT position, event_id, order_id, version, type, schema_version, data, fingerprint, recorded_at,
       key_id, number, idempotency_key, true, NULL, 0
  FROM events
 WHERE idempotency_key = $6 AND tenant_id = $2 AND partition = $8
 ORDER BY is_holder, version
