-- The state of each endpoint, in the order in which an operator must look at them, and the summary
-- of all. Two look-ups in indexes for each endpoint, whatever the number of deliveries; counts of
-- the $4 listed endpoints end at $5.
--
-- An endpoint is unclaimed when a delivery was due for $1 seconds, no worker has a claim or had
-- one in that time; a claim is due within $2 seconds. It is failing after $3 seconds of failures.
-- With a tenant $7 or an endpoint $8, all of its endpoints are listed, and no others are read.
WITH endpoint AS MATERIALIZED (
  SELECT endpoint.*, first.next_attempt_at, oldest.queued_at AS oldest_queued_at,
         CASE WHEN first.next_attempt_at IS NOT NULL
              THEN greatest(first.next_attempt_at, endpoint.not_before) END AS due_at
    FROM webhook_endpoints AS endpoint
    LEFT JOIN LATERAL (
           SELECT next_attempt_at
             FROM webhook_deliveries AS delivery
            WHERE delivery.endpoint_id = endpoint.endpoint_id AND delivery.status = 'pending'
            ORDER BY delivery.next_attempt_at, delivery.number
            LIMIT 1
         ) AS first ON true
    LEFT JOIN LATERAL (
           SELECT queued_at
             FROM webhook_deliveries AS delivery
            WHERE delivery.endpoint_id = endpoint.endpoint_id AND delivery.status = 'pending'
            ORDER BY delivery.number
            LIMIT 1
         ) AS oldest ON first.next_attempt_at IS NOT NULL
   WHERE ($7::uuid IS NULL OR endpoint.tenant_id = $7)
     AND ($8::uuid IS NULL OR endpoint.endpoint_id = $8)
), state AS MATERIALIZED (
  SELECT endpoint.*,
         CASE WHEN disabled_at IS NOT NULL THEN 'disabled'
              WHEN due_at <= now() - $1 * interval '1 second'
                   AND next_send_at <= now() - $1 * interval '1 second' AND NOT EXISTS (
                     SELECT
                       FROM webhook_deliveries AS delivery
                      WHERE delivery.endpoint_id = endpoint.endpoint_id AND delivery.status = 'pending'
                        AND delivery.next_attempt_at > now()
                        AND delivery.next_attempt_at <= now() + $2 * interval '1 second'
                        AND delivery.claimed_until = delivery.next_attempt_at)
              THEN 'unclaimed'
              WHEN failing_since <= now() - $3 * interval '1 second' THEN 'failing'
              WHEN next_attempt_at IS NULL THEN 'idle'
              WHEN due_at <= now() + $2 * interval '1 second' THEN 'sending'
              ELSE 'waiting' END AS state
    FROM endpoint
), summary AS (
  SELECT state, count(*) AS endpoints,
         extract(epoch FROM now() - min(oldest_queued_at))::float8 AS oldest_undelivered_seconds,
         CASE WHEN state = 'unclaimed'
              THEN extract(epoch FROM now() - min(due_at))::float8 END AS oldest_due_seconds
    FROM state
   GROUP BY state
), listed AS (
  SELECT state.*,
         CASE state WHEN 'unclaimed' THEN 1 WHEN 'failing' THEN 2 WHEN 'disabled' THEN 4 ELSE 3 END AS rank
    FROM state
   WHERE state IN ('unclaimed', 'failing')
      OR (state = 'disabled' AND disabled_reason <> 'by_client')
      OR (state IN ('sending', 'waiting') AND oldest_queued_at <= now() - $6 * interval '1 second')
      OR coalesce($7::uuid, $8::uuid) IS NOT NULL
   ORDER BY rank, disabled_at DESC, coalesce(oldest_queued_at, failing_since), number
   LIMIT $4
)
SELECT coalesce((SELECT json_agg(summary) FROM summary), '[]') AS summary,
       coalesce((
         SELECT json_agg(json_build_object(
                  'endpoint_id', listed.endpoint_id,
                  'tenant_id', listed.tenant_id,
                  'tenant', tenant.name,
                  'host', substring(listed.url FROM '^https?://(?:[^/?#]*@)?([^/?#]*)'),
                  'state', listed.state,
                  'disabled_at', listed.disabled_at,
                  'disabled_reason', listed.disabled_reason,
                  'failing_since', listed.failing_since,
                  'failures', listed.failures,
                  'last_status', CASE WHEN listed.failures > 0 THEN listed.last_status END,
                  'last_error', CASE WHEN listed.failures > 0 THEN listed.last_error END,
                  'rests_until', CASE WHEN listed.not_before > now() THEN listed.not_before END,
                  'due_since', CASE WHEN listed.state = 'unclaimed' THEN listed.due_at END,
                  'next_attempt_at', listed.next_attempt_at,
                  'oldest_undelivered_at', listed.oldest_queued_at,
                  'oldest_undelivered_seconds',
                  extract(epoch FROM now() - listed.oldest_queued_at)::float8,
                  'max_per_second', listed.max_per_second,
                  'pending', (SELECT count(*)
                                FROM (SELECT
                                        FROM webhook_deliveries AS delivery
                                       WHERE delivery.endpoint_id = listed.endpoint_id
                                         AND delivery.status = 'pending'
                                       LIMIT $5) AS counted),
                  'failed', (SELECT count(*)
                               FROM (SELECT
                                       FROM webhook_deliveries AS delivery
                                      WHERE delivery.endpoint_id = listed.endpoint_id
                                        AND delivery.status = 'failed'
                                      LIMIT $5) AS counted))
                  ORDER BY rank, disabled_at DESC, coalesce(oldest_queued_at, failing_since), number)
           FROM listed
           JOIN tenants AS tenant USING (tenant_id)), '[]') AS endpoints
