-- The reads of a command on an order, in one round trip and one snapshot: the order's stream, and
-- the event that holds the command's idempotency key, in this stream or another. UNION ALL makes
-- two index scans; OR would scan the table.
SELECT position, event_id, order_id, version, type, schema_version, data, fingerprint, recorded_at,
       key_id, number, idempotency_key
  FROM events
 WHERE order_id = $1 AND tenant_id = $2
 UNION ALL
SELECT position, event_id, order_id, version, type, schema_version, data, fingerprint, recorded_at,
       key_id, number, idempotency_key
  FROM events
 WHERE idempotency_key = $3 AND tenant_id = $2 AND order_id <> $1
 ORDER BY version
