-- All that a command on an existing order needs, in one round trip and one snapshot: the order's stream, and the event that
-- holds the command's idempotency key, wherever it is. UNION ALL of two index scans; an OR would scan the partition.
SELECT position, event_id, order_id, version, type, schema_version, data, fingerprint, recorded_at, idempotency_key
  FROM events
 WHERE partition = $1 AND tenant_id = $2 AND order_id = $3
 UNION ALL
SELECT position, event_id, order_id, version, type, schema_version, data, fingerprint, recorded_at, idempotency_key
  FROM events
 WHERE partition = $1 AND tenant_id = $2 AND idempotency_key = $4 AND order_id <> $3
 ORDER BY version
