-- The events of partition $1 at the positions $2.
SELECT position, tenant_id, event_id, order_id, version, type, schema_version, data, recorded_at,
       key_id, number, false AS skipped
  FROM events
 WHERE partition = $1 AND position = ANY ($2::bigint[])
 ORDER BY position
