-- Makes the next $2 pending deliveries due of each recovered or changed endpoint, or of endpoint
-- $1 alone. They become due at the time of their creation, so that claims take them in the order
-- of the log, before later events. One step is bounded: a backlog can have millions of rows. A
-- delivery that a worker sends now keeps its claim. A step takes one endpoint of each tenant, then
-- the second of each, and so on.
WITH recovered AS MATERIALIZED (
  SELECT endpoint_id,
         row_number() OVER (PARTITION BY tenant_id ORDER BY random()) AS turn
    FROM webhook_endpoints
   WHERE backlog_number IS NOT NULL AND disabled_at IS NULL AND ($1::uuid IS NULL OR endpoint_id = $1)
), endpoint AS MATERIALIZED (
  SELECT endpoint_id, backlog_number, backlog_restarts
    FROM webhook_endpoints
   WHERE backlog_number IS NOT NULL AND disabled_at IS NULL
     AND endpoint_id IN (SELECT endpoint_id FROM recovered ORDER BY turn, random() LIMIT 20)
     FOR NO KEY UPDATE SKIP LOCKED
), step AS MATERIALIZED (
  SELECT endpoint.endpoint_id, endpoint.backlog_restarts, pending.*
    FROM endpoint
   CROSS JOIN LATERAL (
           SELECT delivery_id, number
             FROM webhook_deliveries AS delivery
            WHERE delivery.endpoint_id = endpoint.endpoint_id AND delivery.status = 'pending'
              AND delivery.number > endpoint.backlog_number
            ORDER BY delivery.number
            LIMIT $2
         ) AS pending
), moved AS (
  UPDATE webhook_deliveries AS delivery
     SET next_attempt_at = delivery.created_at,
         tries = CASE WHEN step.backlog_restarts THEN 0 ELSE delivery.tries END,
         queued_at = CASE WHEN step.backlog_restarts THEN now() ELSE delivery.queued_at END
    FROM step
   WHERE delivery.delivery_id = step.delivery_id
     -- Not = 'pending': the planner would read all pending deliveries by their index.
     AND delivery.status NOT IN ('delivered', 'failed')
     AND delivery.tries > 0 AND (delivery.next_attempt_at > now() OR step.backlog_restarts)
     AND (delivery.claimed_until IS NULL OR delivery.claimed_until <= now())
)
UPDATE webhook_endpoints AS endpoint
   SET backlog_number = CASE WHEN progress.seen = $2 THEN progress.number END
  FROM (SELECT endpoint.endpoint_id, count(step.number) AS seen, max(step.number) AS number
          FROM endpoint
          LEFT JOIN step USING (endpoint_id)
         GROUP BY endpoint.endpoint_id) AS progress
 WHERE endpoint.endpoint_id = progress.endpoint_id
