-- A part of relay-events.sql and relay-given-events.sql: queues the events of `next` for the
-- endpoints that want them, and puts off those of a tenant that has too many.
tenant AS MATERIALIZED (
  SELECT tenant_id, min(position) AS first, max(position) AS last FROM next GROUP BY tenant_id
), subscription AS MATERIALIZED (
  SELECT endpoint.tenant_id, endpoint.endpoint_id, endpoint.edition, endpoint.event_types,
         greatest(endpoint.since_position, endpoint.types_since_position) AS since_position,
         NULL AS up_to_position
    FROM tenant
    JOIN webhook_endpoints AS endpoint USING (tenant_id)
   WHERE endpoint.disabled_at IS NULL
   UNION ALL
  SELECT earlier.tenant_id, earlier.endpoint_id, endpoint.edition, earlier.event_types,
         earlier.since_position, earlier.up_to_position
    FROM tenant
    JOIN webhook_earlier_subscriptions AS earlier
      ON earlier.tenant_id = tenant.tenant_id
     AND earlier.up_to_position >= tenant.first AND earlier.since_position < tenant.last
    JOIN webhook_endpoints AS endpoint USING (endpoint_id)
), concerned AS MATERIALIZED (
  SELECT *
    FROM next
   WHERE tenant_id IN (SELECT tenant_id FROM subscription)
      OR tenant_id IN (SELECT tenant_id FROM webhook_relay_backlogs WHERE partition = $1)
), fan_out AS MATERIALIZED (
  -- One look-up for all events of a tenant and type: no event of them has more deliveries.
  SELECT kind.tenant_id, kind.type, count(DISTINCT subscription.endpoint_id) AS deliveries
    FROM (SELECT DISTINCT tenant_id, type FROM concerned) AS kind
    LEFT JOIN subscription
      ON subscription.tenant_id = kind.tenant_id
     AND (subscription.event_types IS NULL OR kind.type = ANY (subscription.event_types))
   GROUP BY kind.tenant_id, kind.type
), counted AS (
  SELECT concerned.*, fan_out.deliveries,
         sum(fan_out.deliveries) OVER (PARTITION BY concerned.tenant_id ORDER BY concerned.position)
           - fan_out.deliveries AS deliveries_of_tenant_before
    FROM concerned
    JOIN fan_out USING (tenant_id, type)
), shared AS (
  SELECT counted.*,
         backlog.tenant_id IS NOT NULL
           OR (counted.deliveries_of_tenant_before >= $5
               AND (SELECT count(DISTINCT tenant_id) FROM fan_out WHERE deliveries > 0) > 1) AS is_put_off
    FROM counted
    LEFT JOIN webhook_relay_backlogs AS backlog
      ON backlog.partition = $1 AND backlog.tenant_id = counted.tenant_id
), bounded AS MATERIALIZED (
  SELECT shared.*,
         sum(deliveries) FILTER (WHERE NOT is_put_off) OVER (ORDER BY position)
           - CASE WHEN is_put_off THEN 0 ELSE deliveries END AS deliveries_before
    FROM shared
), batch AS MATERIALIZED (
  SELECT * FROM bounded WHERE coalesce(deliveries_before, 0) < $4
), passed AS MATERIALIZED (
  SELECT count(*) AS events, max(position) AS position
    FROM next
   WHERE position < coalesce((SELECT min(position) FROM bounded WHERE deliveries_before >= $4),
                             9223372036854775807)
), put_off AS (
  INSERT INTO webhook_relay_backlogs (partition, tenant_id, position, up_to_position)
  SELECT $1, tenant_id, min(position) - 1, max(position)
    FROM batch
   WHERE is_put_off
   GROUP BY tenant_id
      ON CONFLICT (partition, tenant_id) DO UPDATE
     SET up_to_position = greatest(webhook_relay_backlogs.up_to_position, excluded.up_to_position)
), queued AS (
  INSERT INTO webhook_deliveries (endpoint_id, event_id, event_type, partition, position,
                                  order_id, order_version, schema_version)
  SELECT subscription.endpoint_id, batch.event_id, batch.type, $1, batch.position,
         batch.order_id, batch.version, batch.schema_version
    FROM batch
    JOIN subscription
      ON subscription.tenant_id = batch.tenant_id
     AND subscription.since_position < batch.position
     AND coalesce(batch.position <= subscription.up_to_position, true)
     AND (subscription.event_types IS NULL OR batch.type = ANY (subscription.event_types))
     AND (subscription.edition <> 'v1' OR batch.type = ANY ($3))
   WHERE NOT batch.is_put_off
   ORDER BY batch.position
      ON CONFLICT (endpoint_id, event_id) DO NOTHING
  RETURNING endpoint_id
)
