-- Relays the next events of tenant $2 that relay-events.sql has put off: at most $3 events, and as
-- far as the event whose deliveries reach $4. The row goes with its last event. $5: the types of
-- version 1. The transaction holds the lease of partition $1. Subscriptions count as there.
WITH backlog AS MATERIALIZED (
  SELECT * FROM webhook_relay_backlogs WHERE partition = $1 AND tenant_id = $2
), next AS MATERIALIZED (
  SELECT event.*
    FROM backlog
   CROSS JOIN LATERAL events_of_tenant($1, $2, backlog.position, backlog.up_to_position, $3) AS event
), subscription AS MATERIALIZED (
  SELECT endpoint.endpoint_id, endpoint.edition, endpoint.event_types,
         greatest(endpoint.since_position, endpoint.types_since_position) AS since_position,
         NULL AS up_to_position
    FROM webhook_endpoints AS endpoint
   WHERE endpoint.tenant_id = $2 AND endpoint.disabled_at IS NULL
   UNION ALL
  SELECT earlier.endpoint_id, endpoint.edition, earlier.event_types,
         earlier.since_position, earlier.up_to_position
    FROM webhook_earlier_subscriptions AS earlier
    JOIN webhook_endpoints AS endpoint USING (endpoint_id)
   WHERE earlier.tenant_id = $2
     AND earlier.up_to_position >= (SELECT min(position) FROM next)
     AND earlier.since_position < (SELECT max(position) FROM next)
), fan_out AS MATERIALIZED (
  SELECT kind.type, count(DISTINCT subscription.endpoint_id) AS deliveries
    FROM (SELECT DISTINCT type FROM next) AS kind
    LEFT JOIN subscription
      ON subscription.event_types IS NULL OR kind.type = ANY (subscription.event_types)
   GROUP BY kind.type
), counted AS (
  SELECT next.*,
         sum(fan_out.deliveries) OVER (ORDER BY next.position) - fan_out.deliveries AS deliveries_before
    FROM next
    JOIN fan_out USING (type)
), batch AS MATERIALIZED (
  SELECT * FROM counted WHERE deliveries_before < $4
), progress AS MATERIALIZED (
  SELECT (SELECT max(position) FROM batch) AS position,
         (SELECT count(*) FROM next) = $3
           OR (SELECT count(*) FROM next) > (SELECT count(*) FROM batch) AS has_more
), queued AS (
  INSERT INTO webhook_deliveries (endpoint_id, event_id, event_type, partition, position,
                                  order_id, order_version, schema_version)
  SELECT subscription.endpoint_id, batch.event_id, batch.type, $1, batch.position,
         batch.order_id, batch.version, batch.schema_version
    FROM batch
    JOIN subscription
      ON subscription.since_position < batch.position
     AND coalesce(batch.position <= subscription.up_to_position, true)
     AND (subscription.event_types IS NULL OR batch.type = ANY (subscription.event_types))
     AND (subscription.edition <> 'v1' OR batch.type = ANY ($5))
   ORDER BY batch.position
      ON CONFLICT (endpoint_id, event_id) DO NOTHING
  RETURNING endpoint_id
), moved AS (
  UPDATE webhook_relay_backlogs
     SET position = progress.position
    FROM progress
   WHERE partition = $1 AND tenant_id = $2 AND progress.has_more
     AND webhook_relay_backlogs.position = (SELECT position FROM backlog)
     AND webhook_relay_backlogs.position < progress.position
), ended AS (
  DELETE FROM webhook_relay_backlogs
   USING progress
   WHERE partition = $1 AND tenant_id = $2 AND NOT progress.has_more
     AND webhook_relay_backlogs.position = (SELECT position FROM backlog)
     AND webhook_relay_backlogs.up_to_position = (SELECT up_to_position FROM backlog)
)
SELECT coalesce((SELECT array_agg(DISTINCT endpoint_id) FROM queued), '{}') AS endpoints
