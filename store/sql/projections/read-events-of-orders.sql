-- The next events of some orders, for an audit of projection $5: behind position $4, up to position
-- $6. `skipped` marks events that an operator has skipped. A batch ends after $7 events, or with
-- the event that reaches $8 bytes. ORDER BY in the LATERAL keeps it one index look-up for each
-- order; the planner would take the primary key for a position without `+ 0`.
SELECT event.position, event.tenant_id, event.event_id, event.order_id, event.version, event.type,
       event.schema_version, event.data, event.recorded_at, event.key_id,
       event.number,
       EXISTS (SELECT
                 FROM projection_skips AS skip
                WHERE skip.partition = $1 AND skip.projection = $5
                  AND skip.position = event.position) AS skipped
  FROM (
         SELECT *,
                sum(octet_length(data::text)) OVER (ORDER BY position)
                  - octet_length(data::text) AS bytes_before
           FROM (
                  SELECT found.*
                    FROM unnest($2::uuid[], $3::uuid[]) AS wanted (tenant_id, order_id)
                   CROSS JOIN LATERAL (
                           SELECT *
                             FROM events
                            WHERE events.order_id = wanted.order_id
                              AND events.tenant_id = wanted.tenant_id AND events.partition = $1
                              AND events.position + 0 > $4 AND events.position + 0 <= $6
                            ORDER BY events.version
                         ) AS found
                   ORDER BY found.position
                   LIMIT $7
                ) AS next
       ) AS event
 WHERE event.bytes_before < $8
 ORDER BY event.position
