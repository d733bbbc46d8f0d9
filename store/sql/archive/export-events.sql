-- The next events of a partition up to position $3, as they are stored: one range of the primary
-- key. Times are texts with microseconds and fingerprints are hexadecimal, so nothing is rounded or
-- escaped.
SELECT position, tenant_id, order_id, version, event_id, type, schema_version, data, idempotency_key,
       encode(fingerprint, 'hex') AS fingerprint,
       to_char(recorded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS recorded_at,
       traceparent, key_id, number, claim
  FROM events
 WHERE partition = $1 AND position > $2 AND position <= $3
 ORDER BY position
 LIMIT $4
