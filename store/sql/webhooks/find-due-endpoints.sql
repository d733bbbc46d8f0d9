-- The enabled endpoints that have a delivery due and a send slot within $1 ms: one look-up in the
-- index webhook_deliveries_due for each endpoint.
SELECT endpoint.endpoint_id
  FROM webhook_endpoints AS endpoint
 WHERE endpoint.disabled_at IS NULL AND endpoint.not_before <= now()
   AND (endpoint.next_send_at <= now() + $1::float8 * interval '1 millisecond'
        OR endpoint.next_send_at > now() + interval '1 minute')
   -- A scalar subquery: the planner cannot turn it into a scan of all pending deliveries.
   AND (SELECT delivery.next_attempt_at
          FROM webhook_deliveries AS delivery
         WHERE delivery.endpoint_id = endpoint.endpoint_id AND delivery.status = 'pending'
         ORDER BY delivery.next_attempt_at, delivery.number
         LIMIT 1) <= now()
