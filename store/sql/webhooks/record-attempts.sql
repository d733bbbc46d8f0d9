-- Records the outcomes of attempts, of any endpoints, in one statement. Each attempt is recorded.
-- An outcome counts for the claim and the queueing that it belongs to: a delivery that was queued
-- again, or that another worker claimed since, keeps its schedule, and the newest outcome that the
-- other worker recorded; it is due when the attempt that it was queued again during has ended. A
-- failure at an endpoint that was changed since (another generation) does not count: the delivery
-- is due at once, at the start of the schedule.
WITH outcome AS MATERIALIZED (
  SELECT outcome.*,
         outcome.status = 'delivered' OR endpoint.generation = outcome.generation AS counts
    FROM unnest($1::uuid[], $2::timestamptz[], $3::integer[], $4::integer[], $5::text[],
                string_to_array($6, E'\x1e'), $7::text[], $8::float8[],
                $9::uuid[], $10::integer[], $11::timestamptz[], $12::timestamptz[], $13::integer[])
      AS outcome (delivery_id, attempted_at, duration_ms, code, error, answer, status, delay,
                  endpoint_id, generation, queued_at, claimed_until, attempts_before)
    JOIN webhook_endpoints AS endpoint USING (endpoint_id)
), counted AS (
  UPDATE webhook_deliveries AS delivery
     SET attempts = delivery.attempts + 1,
         tries = CASE WHEN outcome.counts THEN delivery.tries + 1 ELSE 0 END,
         queued_at = CASE WHEN outcome.counts THEN delivery.queued_at ELSE now() END,
         status = CASE WHEN outcome.counts THEN outcome.status ELSE 'pending' END,
         next_attempt_at = CASE WHEN outcome.counts THEN now() + outcome.delay * interval '1 second'
                                ELSE delivery.created_at END,
         claimed_until = NULL,
         finished_at = CASE WHEN outcome.counts AND outcome.status <> 'pending' THEN now() END,
         last_status = outcome.code,
         last_error = outcome.error
    FROM outcome
   WHERE delivery.delivery_id = outcome.delivery_id
     -- Not = 'pending': the planner would read all pending deliveries by their index.
     AND delivery.status NOT IN ('delivered', 'failed')
     AND delivery.queued_at = outcome.queued_at AND delivery.claimed_until = outcome.claimed_until
  RETURNING delivery.delivery_id, delivery.attempts
), late AS (
  -- A success counts for the whole queueing: the receiver has the event, whichever claim sent it.
  UPDATE webhook_deliveries AS delivery
     SET attempts = delivery.attempts + 1,
         next_attempt_at = CASE WHEN delivery.claimed_until = outcome.claimed_until
                                THEN least(delivery.next_attempt_at, now()) ELSE delivery.next_attempt_at END,
         status = CASE WHEN outcome.status = 'delivered' AND delivery.queued_at = outcome.queued_at
                       THEN 'delivered' ELSE delivery.status END,
         finished_at = CASE WHEN outcome.status = 'delivered' AND delivery.queued_at = outcome.queued_at
                            THEN coalesce(delivery.finished_at, now()) ELSE delivery.finished_at END,
         (last_status, last_error) = (
           SELECT CASE WHEN is_newest THEN outcome.code ELSE delivery.last_status END,
                  CASE WHEN is_newest THEN outcome.error ELSE delivery.last_error END
             FROM (SELECT delivery.status <> 'delivered'
                          AND (delivery.attempts = outcome.attempts_before
                               OR (outcome.status = 'delivered' AND delivery.queued_at = outcome.queued_at))
                            AS is_newest) AS outcome_of_delivery)
    FROM outcome
   WHERE delivery.delivery_id = outcome.delivery_id
     AND outcome.delivery_id NOT IN (SELECT delivery_id FROM counted)
  RETURNING delivery.delivery_id, delivery.attempts
), done AS (
  SELECT * FROM counted
   UNION ALL
  SELECT * FROM late
)
INSERT INTO webhook_attempts (delivery_id, number, attempted_at, duration_ms, status, error, answer)
SELECT done.delivery_id, done.attempts, outcome.attempted_at, outcome.duration_ms, outcome.code,
       outcome.error, nullif(outcome.answer, '')
  FROM done
  JOIN outcome USING (delivery_id)
    ON CONFLICT DO NOTHING
