-- The next orders for an audit: those whose first event is behind position $2 of partition $1, up
-- to position $3. At most $4 orders, up to the one whose events reach $5 bytes. `found` counts the
-- orders within the first bound.
SELECT placed.position, placed.tenant_id, placed.order_id, placed.found
  FROM (
         SELECT *, count(*) OVER () AS found, sum(bytes) OVER (ORDER BY position) - bytes AS bytes_before
           FROM (
                  SELECT first.position, first.tenant_id, first.order_id,
                         (SELECT sum(octet_length(event.data::text))
                            FROM events AS event
                           WHERE event.order_id = first.order_id AND event.tenant_id = first.tenant_id
                             AND event.partition = $1) AS bytes
                    FROM events AS first
                   WHERE first.partition = $1 AND first.position > $2 AND first.position <= $3
                     AND first.version = 1
                   ORDER BY first.position
                   LIMIT $4
                ) AS next
       ) AS placed
 WHERE placed.bytes_before < $5
 ORDER BY placed.position
