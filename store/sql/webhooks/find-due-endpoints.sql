-- Endpoints that something should be sent to now: one look into the index webhook_deliveries_due each.
SELECT endpoint.endpoint_id
  FROM webhook_endpoints AS endpoint
 WHERE endpoint.disabled_at IS NULL AND endpoint.not_before <= now()
   AND EXISTS (SELECT
                 FROM webhook_deliveries AS delivery
                WHERE delivery.endpoint_id = endpoint.endpoint_id AND delivery.status = 'pending' AND delivery.next_attempt_at <= now())
