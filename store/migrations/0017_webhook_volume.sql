-- Deleting an endpoint with millions of deliveries, and removing old deliveries without losing what
-- they said.

-- The foreign key removed all deliveries of an endpoint within the request that deleted it. 2.2
-- million took longer than a statement may, and the relay waited for the row meanwhile. Without the
-- key a deletion is one row: from its commit on, no list, claim, relay or replay finds the
-- deliveries, because each goes through the endpoint. The sweep removes them. Nodes of the release
-- before delete the same row, and the trigger below queues the removal.
ALTER TABLE webhook_deliveries DROP CONSTRAINT webhook_deliveries_endpoint_id_fkey;

-- Deleted endpoints whose deliveries are still to be removed.
CREATE TABLE webhook_removals (
  endpoint_id uuid PRIMARY KEY,
  deleted_at  timestamptz NOT NULL DEFAULT now(),
  -- Deliveries up to this number are removed: the next step starts behind it, not at entries of the
  -- index that are dead.
  number      bigint      NOT NULL DEFAULT 0,
  due_at      timestamptz NOT NULL DEFAULT now()
);

-- Since which event the ledger of an endpoint is complete. No row: since its first.
CREATE TABLE webhook_ledger_starts (
  endpoint_id uuid PRIMARY KEY,
  -- The newest event whose delivery was removed. What became of the events up to it is not known.
  position    bigint NOT NULL
);

CREATE FUNCTION queue_webhook_removal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO webhook_removals (endpoint_id) VALUES (old.endpoint_id) ON CONFLICT DO NOTHING;
  RETURN NULL;
END
$$;
CREATE TRIGGER webhook_endpoint_deleted AFTER DELETE ON webhook_endpoints FOR EACH ROW EXECUTE FUNCTION queue_webhook_removal();

-- A trigger, so that no removal can forget it: not one of the release before, and not one by hand.
-- It runs once for each statement.
CREATE FUNCTION move_webhook_ledger_starts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO webhook_ledger_starts AS start (endpoint_id, position)
  SELECT endpoint_id, max(removed.position)
    FROM removed
    JOIN webhook_endpoints USING (endpoint_id)
   WHERE removed.position IS NOT NULL
   GROUP BY endpoint_id
   ORDER BY endpoint_id -- the same order of locks in each transaction
      ON CONFLICT (endpoint_id) DO UPDATE SET position = excluded.position WHERE start.position < excluded.position;
  RETURN NULL;
END
$$;
CREATE TRIGGER webhook_deliveries_removed AFTER DELETE ON webhook_deliveries REFERENCING OLD TABLE AS removed
  FOR EACH STATEMENT EXECUTE FUNCTION move_webhook_ledger_starts();

-- Releases before this one removed deliveries 30 days after they ended, and left no trace. So for
-- an endpoint that is older, the ledger is complete since the last event of 30 days ago: a binary
-- search, as in store/sql/log/find-position-before.sql.
INSERT INTO webhook_ledger_starts (endpoint_id, position)
WITH RECURSIVE halving (partition, low, high) AS (
  SELECT partition, 0::bigint, position
    FROM log_heads
   UNION ALL
  SELECT partition,
         CASE WHEN coalesce(event.recorded_at < now() - interval '30 days', true) THEN middle ELSE low END,
         CASE WHEN coalesce(event.recorded_at < now() - interval '30 days', true) THEN high ELSE middle - 1 END
    FROM halving
   CROSS JOIN LATERAL (SELECT (low + high + 1) / 2 AS middle) AS half
    LEFT JOIN LATERAL (
           SELECT recorded_at
             FROM events
            WHERE events.partition = halving.partition AND position <= half.middle
            ORDER BY position DESC
            LIMIT 1
         ) AS event ON true
   WHERE low < high
)
SELECT endpoint.endpoint_id, halving.low
  FROM webhook_endpoints AS endpoint
  JOIN halving ON halving.partition = endpoint.partition AND halving.low = halving.high AND halving.low > 0
 WHERE endpoint.created_at < now() - interval '30 days';
