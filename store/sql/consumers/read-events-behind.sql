-- The next events for a rebuild of projection $4: after position $2, up to the checkpoint of the
-- live table. `skipped` marks events that an operator has skipped. A batch ends after $3 events, or
-- with the event that exceeds $5 bytes.
SELECT event.position, event.tenant_id, event.event_id, event.order_id, event.version, event.type,
       event.schema_version, event.data, event.recorded_at, event.key_id,
       event.number,
       EXISTS (SELECT
                 FROM projection_skips AS skip
                WHERE skip.partition = $1 AND skip.projection = $4
                  AND skip.position = event.position) AS skipped
  FROM (
         SELECT *,
                sum(octet_length(data::text)) OVER (ORDER BY position)
                  - octet_length(data::text) AS bytes_before
           FROM (
                  SELECT *
                    FROM events
                   WHERE partition = $1 AND position > $2
                     AND position <= (SELECT position
                                        FROM checkpoints
                                       WHERE partition = $1 AND consumer = $4)
                   ORDER BY position
                   LIMIT $3
                ) AS next
       ) AS event
 WHERE event.bytes_before < $5
 ORDER BY event.position
