-- The events of an order up to version $3, oldest first.
SELECT position, event_id, order_id, version, type, schema_version, data, fingerprint, recorded_at,
       key_id, number, idempotency_key
  FROM events
 WHERE order_id = $1 AND tenant_id = $2 AND version <= $3
 ORDER BY version
