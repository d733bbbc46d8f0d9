-- The next events of partition $1 as one text, for a rebuild: behind position $2, up to position
-- $3, at most $4 events, up to the one that exceeds $5 bytes. U+001E separates events, U+001F
-- columns; no JSON text contains them. Node parses a row for longer than it folds its event. Events
-- at the positions $6 are left out: an operator has skipped them.
SELECT max(event.position) AS last,
       string_agg(concat_ws(E'\x1f', event.position, event.tenant_id, event.order_id, event.event_id,
                            event.version, event.type, event.schema_version, event.recorded_at,
                            coalesce(event.key_id::text, ''), coalesce(event.number, ''), event.data), E'\x1e')
         FILTER (WHERE NOT event.position = ANY ($6::bigint[])) AS events
  FROM (
         SELECT *,
                sum(octet_length(data::text)) OVER (ORDER BY position)
                  - octet_length(data::text) AS bytes_before
           FROM (
                  SELECT position, tenant_id, order_id, event_id, version, type, schema_version,
                         recorded_at, key_id, number, data
                    FROM events
                   WHERE partition = $1 AND position > $2 AND position <= $3
                   ORDER BY position
                   LIMIT $4
                ) AS next
          ORDER BY position
       ) AS event
 WHERE event.bytes_before < $5
