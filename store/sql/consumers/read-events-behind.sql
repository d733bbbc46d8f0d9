-- The events that a table which is made anew goes on with: behind position $2, and no further than the live table has come. What an
-- operator has had projection $4 leave out is left out of every table that is made of it. A batch ends after $3 events, or behind
-- the event that fills $5 bytes.
SELECT event.position, event.tenant_id, event.event_id, event.order_id, event.version, event.type, event.schema_version,
       event.data, event.recorded_at, event.key_id,
       EXISTS (SELECT
                 FROM projection_skips AS skip
                WHERE skip.partition = $1 AND skip.projection = $4 AND skip.position = event.position) AS skipped
  FROM (
         SELECT *, sum(octet_length(data::text)) OVER (ORDER BY position) - octet_length(data::text) AS bytes_before
           FROM (
                  SELECT *
                    FROM events
                   WHERE partition = $1 AND position > $2
                     AND position <= (SELECT position FROM checkpoints WHERE partition = $1 AND consumer = $4)
                   ORDER BY position
                   LIMIT $3
                ) AS next
       ) AS event
 WHERE event.bytes_before < $5
 ORDER BY event.position
