-- The last event of a tenant up to a position, and the end of the log. In the form of the index
-- events_feed, as read-feed.sql.
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
