-- The tenant's last event up to position $3, the head of the log, whether the log has lost what a
-- reader saw at $3, and the last position up to $3 that it has. The condition on tenant_id
-- matches the expression of the index events_feed, as in read-feed.sql.
SELECT head.position AS head, is_lost_position($1, $3) AS is_lost,
       (SELECT coalesce(max(position), 0)
          FROM events
         WHERE partition = $1 AND position <= $3) AS kept,
       last.position, last.event_id
  FROM log_heads AS head
  LEFT JOIN LATERAL (
         SELECT position, event_id
           FROM events
          WHERE uuid_send(tenant_id) = uuid_send($2::uuid) AND position <= $3
            AND partition = ANY (ARRAY[$1::integer])
          ORDER BY position DESC
          LIMIT 1
       ) AS last ON true
 WHERE head.partition = $1
