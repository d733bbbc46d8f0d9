-- The enabled endpoints that have a delivery due: one look-up in the index webhook_deliveries_due
-- for each endpoint.
SELECT endpoint.endpoint_id
  FROM webhook_endpoints AS endpoint
 WHERE endpoint.disabled_at IS NULL AND endpoint.not_before <= now()
   AND EXISTS (SELECT
                 FROM webhook_deliveries AS delivery
                WHERE delivery.endpoint_id = endpoint.endpoint_id
                  AND delivery.status = 'pending' AND delivery.next_attempt_at <= now())
