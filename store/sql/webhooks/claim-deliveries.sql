-- Claims up to $2 due deliveries of endpoint $1 for $3 seconds; then another worker may claim
-- them. After $4 failures in a row it claims one delivery, to test whether the endpoint is back.
-- The event that exceeds $5 bytes is the last one.
--
-- It reserves one send slot for each, under the lock of the endpoint's row, so that all nodes
-- together keep max_per_second: slots are $6 ms / max_per_second apart, a request begins up to $7
-- ms after its slot, the last reserved slot begins within $8 ms, and a late sender may use its
-- slots for $9 ms more. An endpoint without a due delivery is not locked. A slot more than a
-- minute ahead comes from a clock that was set back.
--
-- $10 has the newest schema version that this release knows, by event type: it leaves out the
-- events of a newer release.
WITH endpoint AS MATERIALIZED (
  SELECT *
    FROM webhook_endpoints AS endpoint
   WHERE endpoint_id = $1 AND disabled_at IS NULL AND not_before <= now()
     AND EXISTS (SELECT
                   FROM webhook_deliveries AS delivery
                  WHERE delivery.endpoint_id = $1
                    AND delivery.status = 'pending' AND delivery.next_attempt_at <= now())
     FOR NO KEY UPDATE
), clock AS MATERIALIZED (
  -- Read after the lock: the transaction may have begun long before.
  SELECT endpoint.*, clock_timestamp() AS locked_at,
         $6::float8 / max_per_second * interval '1 millisecond' AS spacing
    FROM endpoint
), slots AS MATERIALIZED (
  SELECT clock.*,
         greatest(CASE WHEN next_send_at < locked_at + interval '1 minute' THEN next_send_at END,
                  locked_at - $7::float8 * interval '1 millisecond') AS first_send_at
    FROM clock
), room AS MATERIALIZED (
  SELECT least(CASE WHEN failures >= $4 THEN 1 ELSE $2::integer END,
               1 + floor(extract(epoch FROM locked_at + $8::float8 * interval '1 millisecond' - first_send_at)
                         / extract(epoch FROM spacing))) AS deliveries
    FROM slots
), due AS MATERIALIZED (
  SELECT delivery.delivery_id, delivery.next_attempt_at, delivery.number,
         delivery.partition, delivery.position
    FROM webhook_deliveries AS delivery
   WHERE delivery.endpoint_id = (SELECT endpoint_id FROM endpoint)
     AND delivery.status = 'pending' AND delivery.next_attempt_at <= now()
     AND (coalesce(($10::jsonb ->> delivery.event_type)::integer, 0) >= delivery.schema_version) IS NOT FALSE
   ORDER BY delivery.next_attempt_at, delivery.number
   LIMIT (SELECT greatest(0, deliveries) FROM room)
     FOR UPDATE SKIP LOCKED
), event AS MATERIALIZED (
  -- All deliveries of an endpoint are in the partition of its tenant.
  SELECT * FROM events_at((SELECT max(partition) FROM due), ARRAY(SELECT position FROM due WHERE position IS NOT NULL))
), sized AS (
  SELECT due.delivery_id, octet_length(event.data::text) AS bytes,
         sum(octet_length(event.data::text)) OVER (ORDER BY due.next_attempt_at, due.number) AS bytes_so_far
    FROM due
    LEFT JOIN event USING (position)
), claimed AS (
  UPDATE webhook_deliveries
     SET next_attempt_at = now() + $3 * interval '1 second',
         claimed_until = now() + $3 * interval '1 second'
   -- An array: a plan for a join that was made for empty tables compares all rows of both.
   WHERE delivery_id = ANY (ARRAY(SELECT delivery_id
                                    FROM sized
                                   WHERE coalesce(bytes_so_far - coalesce(bytes, 0), 0) < $5))
  RETURNING *
), reserved AS (
  UPDATE webhook_endpoints AS endpoint
     SET next_send_at = slots.first_send_at + (SELECT count(*) FROM claimed) * slots.spacing
                        + $9::float8 * interval '1 millisecond'
    FROM slots
   WHERE endpoint.endpoint_id = slots.endpoint_id AND EXISTS (SELECT FROM claimed)
  RETURNING endpoint.next_send_at
)
SELECT delivery_id, claimed.endpoint_id, claimed.tries, claimed.attempts, claimed.queued_at,
       claimed.notice, claimed.event_id, claimed.created_at, claimed.partition,
       claimed.queued_at::text AS queueing, claimed.claimed_until::text AS claim,
       due.next_attempt_at::text AS due_at,
       slots.edition, slots.url, slots.max_per_second, slots.failures, slots.failing_since,
       slots.generation, slots.backlog_number IS NOT NULL AS has_backlog,
       slots.tenant_id, coalesce(slots.secret, slots.sealed_secret) AS secret,
       CASE WHEN slots.previous_secret_expires_at > now()
            THEN coalesce(slots.previous_secret, slots.sealed_previous_secret) END AS previous_secret,
       (SELECT string_agg(encode(coalesce(earlier.secret, earlier.sealed_secret), 'hex'), ',' ORDER BY earlier.expires_at DESC)
          FROM webhook_secrets AS earlier
         WHERE earlier.endpoint_id = $1 AND earlier.expires_at > now()) AS earlier_secrets,
       extract(epoch FROM slots.first_send_at - slots.locked_at)::float8 * 1000 AS wait_ms,
       reserved.next_send_at::text AS reserved_until,
       event.position, event.order_id, event.version, event.type, event.schema_version, event.data,
       event.recorded_at, event.key_id, event.number, event.traceparent
  FROM claimed
  JOIN due USING (delivery_id)
 CROSS JOIN slots
 CROSS JOIN reserved
  LEFT JOIN event ON event.position = claimed.position
 ORDER BY claimed.number
