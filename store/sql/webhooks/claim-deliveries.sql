-- Claims up to $2 due deliveries of endpoint $1 for $3 seconds; then another worker may claim them.
-- After $4 failures in a row it claims one delivery, to test whether the endpoint is back. The
-- event that exceeds $5 bytes is the last one. $6 has the newest schema version that this release
-- knows, by event type: it leaves out the events of a newer release.
WITH endpoint AS MATERIALIZED (
  SELECT *
    FROM webhook_endpoints
   WHERE endpoint_id = $1 AND disabled_at IS NULL AND not_before <= now()
), due AS MATERIALIZED (
  SELECT delivery.delivery_id, delivery.next_attempt_at, delivery.number,
         delivery.partition, delivery.position
    FROM webhook_deliveries AS delivery
   WHERE delivery.endpoint_id = (SELECT endpoint_id FROM endpoint)
     AND delivery.status = 'pending' AND delivery.next_attempt_at <= now()
     -- A scalar subquery: the planner cannot turn it into a scan of the log.
     AND (SELECT coalesce(($6::jsonb ->> event.type)::integer, 0) >= event.schema_version
            FROM events AS event
           WHERE event.partition = delivery.partition
             AND event.position = delivery.position) IS NOT FALSE
   ORDER BY delivery.next_attempt_at, delivery.number
   LIMIT (SELECT CASE WHEN failures >= $4 THEN 1 ELSE $2::integer END FROM endpoint)
     FOR UPDATE SKIP LOCKED
), sized AS (
  SELECT due.delivery_id, octet_length(event.data::text) AS bytes,
         sum(octet_length(event.data::text)) OVER (ORDER BY due.next_attempt_at, due.number) AS bytes_so_far
    FROM due
    LEFT JOIN events AS event ON event.partition = due.partition AND event.position = due.position
), claimed AS (
  UPDATE webhook_deliveries AS delivery
     SET next_attempt_at = now() + $3 * interval '1 second'
    FROM sized
   WHERE delivery.delivery_id = sized.delivery_id
     AND coalesce(sized.bytes_so_far - coalesce(sized.bytes, 0), 0) < $5
  RETURNING delivery.*
)
SELECT claimed.delivery_id, claimed.tries, claimed.queued_at, claimed.notice,
       claimed.event_id, claimed.created_at,
       endpoint.edition, endpoint.url, endpoint.max_per_second, endpoint.failures,
       endpoint.failing_since, endpoint.secret,
       CASE WHEN endpoint.previous_secret_expires_at > now()
            THEN endpoint.previous_secret END AS previous_secret,
       event.position, event.order_id, event.version, event.type, event.schema_version, event.data,
       event.recorded_at, event.key_id, event.number, event.traceparent
  FROM claimed
 CROSS JOIN endpoint
  LEFT JOIN events AS event
    ON event.partition = claimed.partition AND event.position = claimed.position
 ORDER BY claimed.number
