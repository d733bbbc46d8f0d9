-- The event that holds a claim.
SELECT position, event_id, order_id, version, type, schema_version, data, fingerprint, recorded_at,
       key_id, number, idempotency_key
  FROM events
 WHERE partition = $1 AND tenant_id = $2 AND claim = $3
