-- The tenant's last event up to position $3, and the head of the log. The condition on tenant_id
-- matches the expression of the index events_feed, as in read-feed.sql.
SELECT head.position AS head, last.position, last.event_id
  FROM log_heads AS head
  LEFT JOIN LATERAL (
         SELECT position, event_id
           FROM events
          WHERE uuid_send(tenant_id) = uuid_send($2::uuid) AND position <= $3
          ORDER BY position DESC
          LIMIT 1
       ) AS last ON true
 WHERE head.partition = $1
