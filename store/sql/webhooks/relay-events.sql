-- Relays a batch of the log: lease, deliveries and checkpoint in one statement that commits by
-- itself, so a relay that dies has done all of it or nothing. It returns no events while another
-- node, or a replay, holds the lease (SKIP LOCKED). An endpoint that this snapshot does not see was
-- not acknowledged before these events, so no endpoint misses an event. $3: the types of version 1.
--
-- The subscription at the append of an event decides: the current one of an enabled endpoint, or
-- one that ended before this relay. So a disabled endpoint has the events from before; they wait.
--
-- A batch has at most $2 events. It ends with the event whose deliveries reach $4: one event has at
-- most 200, one for each endpoint of its tenant. When several tenants have deliveries, those of a
-- tenant beyond $5 are put off, as are later ones until it has caught up (relay-backlog.sql).
--
-- Events of tenants without subscriptions and without a backlog only move the checkpoint: they are
-- neither counted by delivery nor sorted.
WITH lease AS MATERIALIZED (
  SELECT position
    FROM checkpoints
   WHERE partition = $1 AND consumer = 'webhooks' AND paused_at IS NULL
     FOR UPDATE SKIP LOCKED
), next AS MATERIALIZED (
  SELECT event.*
    FROM lease
   CROSS JOIN LATERAL (
           SELECT position, tenant_id, event_id, order_id, version, type, schema_version
             FROM events
            WHERE partition = $1 AND position > lease.position
            ORDER BY position
            LIMIT $2
         ) AS event
),
-- include webhooks/queue-events
, moved AS (
  UPDATE checkpoints
     SET position = (SELECT position FROM passed), updated_at = now()
   WHERE partition = $1 AND consumer = 'webhooks'
     AND position = (SELECT position FROM lease) AND position < (SELECT position FROM passed)
)
SELECT (SELECT events FROM passed) AS events,
       (SELECT count(*) FROM next) = $2 OR (SELECT count(*) FROM next) > (SELECT events FROM passed) AS is_full,
       NOT EXISTS (SELECT FROM lease)
         AND EXISTS (SELECT
                       FROM checkpoints
                      WHERE partition = $1 AND consumer = 'webhooks' AND paused_at IS NULL) AS is_held,
       coalesce((SELECT array_agg(DISTINCT endpoint_id) FROM queued), '{}') AS endpoints
