-- The next events of an order behind version $3, up to version $4, oldest first; at most $5.
SELECT position, event_id, order_id, version, type, schema_version, data, fingerprint, recorded_at,
       key_id, number, idempotency_key
  FROM events
 WHERE order_id = $1 AND tenant_id = $2 AND version > $3 AND version <= $4
 ORDER BY version
 LIMIT $5
