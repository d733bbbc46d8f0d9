-- The last position before the first event that was recorded at instant $2 or later, and the last
-- position of an event that was recorded before it (`latest`). In an epoch, times grow with
-- positions, so this is a binary search in each: 40 look-ups in the primary key for 10^12 events.
-- An index on times would cost every append. A clock that was set back starts an epoch whose times
-- are those of the epoch before: the earliest position is the answer, so that a reader behind it
-- misses nothing. Positions may have gaps after an import, so each step reads the last event up to
-- the middle position.
WITH RECURSIVE epoch AS (
  SELECT nth << 32 AS low,
         coalesce((SELECT max(event.position)
                     FROM events AS event
                    WHERE event.partition = $1 AND event.position > nth << 32
                      AND event.position < (nth + 1) << 32), nth << 32) AS high
    FROM log_heads AS head
   CROSS JOIN LATERAL generate_series(0, head.position >> 32) AS nth
   WHERE head.partition = $1
), halving (first, last, low, high) AS (
  SELECT low, high, low, high
    FROM epoch
   UNION ALL
  SELECT first, last,
         CASE WHEN coalesce(event.recorded_at < $2::timestamptz, true) THEN middle ELSE low END,
         CASE WHEN coalesce(event.recorded_at < $2::timestamptz, true) THEN high ELSE middle - 1 END
    FROM halving
   CROSS JOIN LATERAL (SELECT (low + high + 1) / 2 AS middle) AS half
    LEFT JOIN LATERAL (
           SELECT recorded_at
             FROM events
            WHERE partition = $1 AND position > low AND position <= half.middle
            ORDER BY position DESC
            LIMIT 1
         ) AS event ON true
   WHERE low < high
)
SELECT coalesce((SELECT min(low) FROM halving WHERE low = high AND low < last), head.position) AS position,
       coalesce((SELECT max(low) FROM halving WHERE low = high AND low > first), 0) AS latest,
       $2::timestamptz > greatest(clock_timestamp(), head.recorded_at) + interval '1 minute'
         AS is_future
  FROM log_heads AS head
 WHERE head.partition = $1
