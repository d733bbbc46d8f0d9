-- Relays a batch of the log: lease, deliveries and checkpoint in one statement that commits by
-- itself, so a relay that dies has done all of it or nothing. It returns no events while another
-- node holds the lease (SKIP LOCKED). An endpoint that this snapshot does not see was not
-- acknowledged before these events, so no endpoint misses an event. $3: the types of version 1.
--
-- A batch has at most $2 events. It ends with the event whose deliveries reach $4: one event has at
-- most 200, one for each endpoint of its tenant.
WITH lease AS MATERIALIZED (
  SELECT position
    FROM checkpoints
   WHERE partition = $1 AND consumer = 'webhooks' AND paused_at IS NULL
     FOR UPDATE SKIP LOCKED
), next AS MATERIALIZED (
  SELECT event.*
    FROM lease
   CROSS JOIN LATERAL (
           SELECT position, tenant_id, event_id, order_id, version, type
             FROM events
            WHERE partition = $1 AND position > lease.position
            ORDER BY position
            LIMIT $2
         ) AS event
), fan_out AS MATERIALIZED (
  -- One look-up for all events of a tenant and type.
  SELECT kind.tenant_id, kind.type, count(endpoint.endpoint_id) AS deliveries
    FROM (SELECT DISTINCT tenant_id, type FROM next) AS kind
    LEFT JOIN webhook_endpoints AS endpoint
      ON endpoint.tenant_id = kind.tenant_id
     AND endpoint.disabled_at IS NULL
     AND (endpoint.event_types IS NULL OR kind.type = ANY (endpoint.event_types))
   GROUP BY kind.tenant_id, kind.type
), counted AS (
  SELECT next.*,
         sum(fan_out.deliveries) OVER (ORDER BY next.position) - fan_out.deliveries AS deliveries_before
    FROM next
    JOIN fan_out USING (tenant_id, type)
), batch AS MATERIALIZED (
  SELECT * FROM counted WHERE deliveries_before < $4
), queued AS (
  INSERT INTO webhook_deliveries (endpoint_id, event_id, event_type, partition, position,
                                  order_id, order_version)
  SELECT endpoint.endpoint_id, batch.event_id, batch.type, $1, batch.position,
         batch.order_id, batch.version
    FROM batch
    JOIN webhook_endpoints AS endpoint
      ON endpoint.tenant_id = batch.tenant_id
     AND endpoint.disabled_at IS NULL
     AND endpoint.since_position < batch.position
     AND (endpoint.event_types IS NULL OR batch.type = ANY (endpoint.event_types))
     AND (endpoint.edition <> 'v1' OR batch.type = ANY ($3))
   ORDER BY batch.position
      ON CONFLICT (endpoint_id, event_id) DO NOTHING
  RETURNING endpoint_id
), moved AS (
  UPDATE checkpoints
     SET position = (SELECT max(position) FROM batch), updated_at = now()
   WHERE partition = $1 AND consumer = 'webhooks' AND EXISTS (SELECT FROM batch)
)
SELECT (SELECT count(*) FROM batch) AS events,
       (SELECT count(*) FROM next) = $2 OR (SELECT count(*) FROM next) > (SELECT count(*) FROM batch) AS is_full,
       coalesce((SELECT array_agg(DISTINCT endpoint_id) FROM queued), '{}') AS endpoints
