-- Takes the lease and reads the next batch in one round trip: the lock on the checkpoint row is the
-- lease. The statement returns no row when another node holds the lease (SKIP LOCKED), or when the
-- consumer is paused, or has applied lost events (lost_position). `skipped` marks events that an
-- operator has skipped. A batch ends after $3 events, or with the event that exceeds $4 bytes
-- (`is_filled`). `behind` is the position of the lease. The batch does not pass position $5. $6 has
-- the newest schema version that this release knows, by event type; `is_outdated` says that the
-- consumer has passed others.
--
-- What holds for all events is read with the lease, once: as columns of each event, it was read for
-- each. The size of a document is computed once, and in one window.
WITH lease AS MATERIALIZED (
  SELECT position,
         (SELECT count(*) > 0
            FROM event_kinds AS kind
           WHERE kind.partition = $1 AND kind.position <= checkpoints.position
             AND coalesce(($6::jsonb ->> kind.type)::integer, 0) < kind.schema_version) AS is_outdated,
         ARRAY (SELECT skip.position
                  FROM projection_skips AS skip
                 WHERE skip.partition = $1 AND skip.projection = $2
                   AND skip.position > checkpoints.position) AS skips
    FROM checkpoints
   WHERE partition = $1 AND consumer = $2 AND paused_at IS NULL AND lost_position IS NULL
     FOR UPDATE SKIP LOCKED
)
SELECT event.position, event.tenant_id, event.event_id, event.order_id, event.version, event.type,
       event.schema_version, event.data, event.recorded_at, event.key_id,
       event.number, event.bytes_up_to >= $4 AS is_filled, lease.position AS behind, lease.is_outdated,
       event.position = ANY (lease.skips) AS skipped
  FROM lease
 CROSS JOIN LATERAL (
         SELECT *, sum(bytes) OVER (ORDER BY position ROWS UNBOUNDED PRECEDING) AS bytes_up_to
           FROM (
                  SELECT position, tenant_id, event_id, order_id, version, type, schema_version, data,
                         recorded_at, key_id, number, octet_length(data::text) AS bytes
                    FROM events
                   WHERE partition = $1 AND position > lease.position AND position <= $5
                   ORDER BY position
                   LIMIT $3
                ) AS next
       ) AS event
 WHERE event.bytes_up_to - event.bytes < $4
 ORDER BY event.position
