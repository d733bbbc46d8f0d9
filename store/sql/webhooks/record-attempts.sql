-- Records the outcomes of attempts, of any endpoints, in one statement. An attempt counts even when
-- its claim had ended; a delivery that is no longer pending keeps its status.
WITH outcome AS MATERIALIZED (
  SELECT *
    FROM unnest($1::uuid[], $2::timestamptz[], $3::integer[], $4::integer[], $5::text[],
                string_to_array($6, E'\x1e'), $7::text[], $8::float8[])
      AS outcome (delivery_id, attempted_at, duration_ms, code, error, answer, status, delay)
), done AS (
  UPDATE webhook_deliveries AS delivery
     SET attempts = delivery.attempts + 1,
         tries = delivery.tries + 1,
         status = outcome.status,
         next_attempt_at = now() + outcome.delay * interval '1 second',
         finished_at = CASE WHEN outcome.status <> 'pending' THEN now() END,
         last_status = outcome.code,
         last_error = outcome.error
    FROM outcome
   WHERE delivery.delivery_id = outcome.delivery_id AND delivery.status = 'pending'
  RETURNING delivery.delivery_id, delivery.attempts
)
INSERT INTO webhook_attempts (delivery_id, number, attempted_at, duration_ms, status, error, answer)
SELECT done.delivery_id, done.attempts, outcome.attempted_at, outcome.duration_ms, outcome.code,
       outcome.error, nullif(outcome.answer, '')
  FROM done
  JOIN outcome USING (delivery_id)
    ON CONFLICT DO NOTHING
