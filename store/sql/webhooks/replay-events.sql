-- The next batch of replay $1, of at most $2 events. A delivery that exists is queued again under
-- its id; one that is being tried again starts its schedule again: that attempt may be its last.
-- $3: the types of version 1.
WITH replay AS MATERIALIZED (
  SELECT replay.*, endpoint.tenant_id, endpoint.event_types, endpoint.edition
    FROM webhook_replays AS replay
    JOIN webhook_endpoints AS endpoint USING (endpoint_id)
   WHERE replay.replay_id = $1
), batch AS MATERIALIZED (
  SELECT event.*
    FROM replay
   CROSS JOIN LATERAL events_of_tenant(replay.partition, replay.tenant_id, replay.position,
                                       replay.up_to_position, $2) AS event
), queued AS (
  INSERT INTO webhook_deliveries AS delivery (endpoint_id, event_id, event_type, partition, position,
                                              order_id, order_version, schema_version)
  SELECT replay.endpoint_id, batch.event_id, batch.type, replay.partition, batch.position,
         batch.order_id, batch.version, batch.schema_version
    FROM batch
   CROSS JOIN replay
   WHERE (replay.event_types IS NULL OR batch.type = ANY (replay.event_types))
     AND (replay.edition <> 'v1' OR batch.type = ANY ($3))
   ORDER BY batch.position
      ON CONFLICT (endpoint_id, event_id) DO UPDATE
     SET status = 'pending', tries = 0, queued_at = now(), finished_at = NULL,
         next_attempt_at = CASE WHEN delivery.status = 'pending' THEN delivery.next_attempt_at ELSE now() END
   WHERE delivery.status = 'failed'
      OR (delivery.status = 'pending' AND delivery.tries > 0 AND delivery.claimed_until > now())
      OR (delivery.status = 'delivered' AND (SELECT which FROM replay) = 'all')
  RETURNING 1
)
UPDATE webhook_replays AS replay
   SET position = CASE WHEN (SELECT count(*) FROM batch) < $2
                       THEN greatest(replay.position, replay.up_to_position)
                       ELSE (SELECT max(position) FROM batch) END,
       queued = replay.queued + (SELECT count(*) FROM queued),
       finished_at = CASE WHEN (SELECT count(*) FROM batch) < $2 THEN now() END
 WHERE replay.replay_id = $1 AND replay.position = (SELECT position FROM replay)
RETURNING replay.endpoint_id
