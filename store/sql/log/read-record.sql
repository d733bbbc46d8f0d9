-- The first event of a type in an order, or the one with the id $4. A row of NULL when the order
-- has none, no row without the order.
SELECT event.position, event.event_id, event.order_id, event.version, event.type,
       event.schema_version, event.data, event.fingerprint, event.recorded_at, event.key_id,
       event.number, event.idempotency_key
  FROM (SELECT
          FROM events
         WHERE order_id = $1 AND version = 1 AND tenant_id = $2 AND partition = $5
         LIMIT 1) AS placed
  LEFT JOIN LATERAL (
         SELECT *
           FROM events
          WHERE order_id = $1 AND tenant_id = $2 AND partition = $5 AND type = $3
            AND ($4::uuid IS NULL OR event_id = $4)
          ORDER BY version
          LIMIT 1
       ) AS event ON true
