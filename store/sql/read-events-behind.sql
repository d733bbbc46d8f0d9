-- The events that a table which is made anew goes on with: behind position $2, and no further than the live table has come. What an
-- operator has had projection $4 leave out is left out of every table that is made of it.
SELECT event.position, event.tenant_id, event.event_id, event.order_id, event.version, event.type, event.schema_version,
       event.data, event.recorded_at, event.key_id,
       EXISTS (SELECT
                 FROM projection_skips AS skip
                WHERE skip.partition = $1 AND skip.projection = $4 AND skip.position = event.position) AS skipped
  FROM events AS event
 WHERE event.partition = $1 AND event.position > $2
   AND event.position <= (SELECT position FROM checkpoints WHERE partition = $1 AND consumer = $4)
 ORDER BY event.position
 LIMIT $3
