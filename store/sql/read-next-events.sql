-- The lease and the batch in one round trip: whoever locks the checkpoint row reads what comes behind it. SKIP LOCKED: another
-- node that runs this consumer now is left to it, and this statement answers no row; nor does it for a consumer that is paused.
-- What an operator has had the projection leave out comes marked.
WITH lease AS MATERIALIZED (
  SELECT position
    FROM checkpoints
   WHERE partition = $1 AND consumer = $2 AND paused_at IS NULL
     FOR UPDATE SKIP LOCKED
)
SELECT event.position, event.tenant_id, event.event_id, event.order_id, event.version, event.type, event.schema_version,
       event.data, event.recorded_at, event.key_id,
       EXISTS (SELECT
                 FROM projection_skips AS skip
                WHERE skip.partition = $1 AND skip.projection = $2 AND skip.position = event.position) AS skipped
  FROM lease
 CROSS JOIN LATERAL (
         SELECT *
           FROM events
          WHERE partition = $1 AND position > lease.position
          ORDER BY position
          LIMIT $3
       ) AS event
 ORDER BY event.position
