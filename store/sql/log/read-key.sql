-- The event that holds an idempotency key.
SELECT position, event_id, order_id, version, type, schema_version, data, fingerprint, recorded_at,
       key_id, number, idempotency_key
  FROM events
 WHERE idempotency_key = $1 AND tenant_id = $2 AND partition = $3
