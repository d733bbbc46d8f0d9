-- The last position that a partition recorded before instant $2. Times grow with positions, so this
-- is a binary search: 40 look-ups in the primary key for 10^12 events. An index on times would cost
-- every append. Positions may have gaps after an import, so each step reads the last event up to
-- the middle position.
WITH RECURSIVE halving (low, high) AS (
  SELECT 0::bigint, position
    FROM log_heads
   WHERE partition = $1
   UNION ALL
  SELECT CASE WHEN coalesce(event.recorded_at < $2::timestamptz, true) THEN middle ELSE low END,
         CASE WHEN coalesce(event.recorded_at < $2::timestamptz, true) THEN high ELSE middle - 1 END
    FROM halving
   CROSS JOIN LATERAL (SELECT (low + high + 1) / 2 AS middle) AS half
    LEFT JOIN LATERAL (
           SELECT recorded_at
             FROM events
            WHERE partition = $1 AND position <= half.middle
            ORDER BY position DESC
            LIMIT 1
         ) AS event ON true
   WHERE low < high
)
SELECT halving.low AS position,
       $2::timestamptz > greatest(clock_timestamp(), head.recorded_at) + interval '1 minute'
         AS is_future
  FROM halving
  JOIN log_heads AS head ON head.partition = $1
 WHERE halving.low = halving.high
