-- The last position of the next page of partition $1: behind position $2, up to position $3, at
-- most $4 events, up to the one that exceeds $5 bytes, compressed as they are stored. A COPY has no
-- such bound, and Node cannot stop one. 0.5 µs an event.
SELECT max(position) AS last
  FROM (
         SELECT position, sum(bytes) OVER (ORDER BY position) - bytes AS bytes_before
           FROM (
                  SELECT position, pg_column_size(data) AS bytes
                    FROM events
                   WHERE partition = $1 AND position > $2 AND position <= $3
                   ORDER BY position
                   LIMIT $4
                ) AS next
       ) AS sized
 WHERE bytes_before < $5
