-- Rows of orders that a node of the release before has written, and the events behind each.
SELECT outdated.placed_position, event.position, event.tenant_id, event.event_id, event.order_id,
       event.version, event.type, event.schema_version, event.data, event.recorded_at, event.key_id,
       event.number
  FROM (
         SELECT tenant_id, order_id, version, placed_position
           FROM orders
          WHERE partition = $1 AND listed_version IS DISTINCT FROM version
            AND EXISTS (SELECT
                          FROM events
                         WHERE events.order_id = orders.order_id
                           AND events.tenant_id = orders.tenant_id)
          ORDER BY order_id
          LIMIT $2
       ) AS outdated
 CROSS JOIN LATERAL (
         SELECT *
           FROM events
          WHERE events.order_id = outdated.order_id AND events.version <= outdated.version
            AND events.tenant_id = outdated.tenant_id AND events.partition = $1
          ORDER BY events.version
       ) AS event
 ORDER BY outdated.order_id, event.version
