-- Relays a batch of the log as relay-events.sql does, on Citus: there, the lease and the log are on
-- a worker. The transaction holds the lease, from position $6. It read the end of the log, $7, in a
-- statement before this one: so this one sees each endpoint that an event up to there concerns.
--
-- The checkpoint is moved when this is committed. A relay that dies before has queued its batch,
-- and the next one finds each of its deliveries.
WITH next AS MATERIALIZED (
  SELECT * FROM events_between($1, $6, $7, $2)
),
-- include webhooks/queue-events
SELECT (SELECT events FROM passed) AS events, (SELECT position FROM passed) AS position,
       (SELECT count(*) FROM next) = $2 OR (SELECT count(*) FROM next) > (SELECT events FROM passed) AS is_full,
       coalesce((SELECT array_agg(DISTINCT endpoint_id) FROM queued), '{}') AS endpoints
