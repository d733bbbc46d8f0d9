-- One order's events, oldest first; $4 cuts the stream off after that version.
SELECT position, event_id, order_id, version, type, schema_version, data, fingerprint, recorded_at, idempotency_key
  FROM events
 WHERE partition = $1 AND tenant_id = $2 AND order_id = $3 AND version <= $4
 ORDER BY version
