-- The position behind everything that a partition recorded before an instant. Times grow with
-- positions, so it is found by halving: 40 looks into the primary key for a million million events,
-- and no index on times, which every append would have to keep. Positions may have gaps, where a
-- part of a log was imported: the event at a position, or the last one before it, decides.
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
       $2::timestamptz > greatest(clock_timestamp(), head.recorded_at) + interval '1 minute' AS is_to_come
  FROM halving
  JOIN log_heads AS head ON head.partition = $1
 WHERE halving.low = halving.high
