-- The event at position $2 of partition $1 as its hashes cover it, with its place in the tree. No
-- row when no checkpoint covers it, or when its data was rewritten: the tree covers what was there
-- before, until the log is linked again. The tile has the position of its first event: positions
-- have gaps, so the place is counted from there, over at most 256 events.
SELECT event.tenant_id, event.order_id, event.version, event.event_id, event.type, event.schema_version,
       encode(sha256(convert_to(event.data::text, 'UTF8')), 'hex') AS data_sha256,
       event.idempotency_key, encode(event.fingerprint, 'hex') AS fingerprint, event.traceparent, event.key_id,
       event.claim, event.number,
       to_char(event.recorded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS recorded_at,
       tree.checkpoint, tree.checkpoint_size,
       256 * first.tile + (SELECT count(*)
                             FROM events
                            WHERE events.partition = $1 AND events.position >= first.first_position
                              AND events.position < event.position) AS index
  FROM log_trees AS tree
  JOIN events AS event ON event.partition = tree.partition AND event.position = $2
 CROSS JOIN LATERAL (
         SELECT tile, first_position
           FROM log_tiles
          WHERE log_tiles.partition = $1 AND level = 0 AND first_position <= event.position
          ORDER BY first_position DESC
          LIMIT 1
       ) AS first
 WHERE tree.partition = $1 AND tree.checkpoint IS NOT NULL AND event.position <= tree.position
   AND NOT EXISTS (SELECT
                     FROM log_rewrites
                    WHERE log_rewrites.position = event.position AND log_rewrites.partition = event.partition
                      AND log_rewrites.partition = $1)
