-- Rows of orders that a node of the release before has written, and the events behind each: of at
-- most $2 orders, up to the one whose events exceed $3 bytes. `octet_length` knows the size of a
-- text without reading it.
SELECT outdated.placed_position, event.position, event.tenant_id, event.event_id, event.order_id,
       event.version, event.type, event.schema_version, event.data, event.recorded_at, event.key_id,
       event.number
  FROM (
         SELECT *, sum(bytes) OVER (ORDER BY order_id, tenant_id) - bytes AS bytes_before
           FROM (
                  SELECT tenant_id, order_id, version, placed_position,
                         (SELECT sum(octet_length(data::text))
                            FROM events
                           WHERE events.order_id = orders.order_id
                             AND events.tenant_id = orders.tenant_id AND events.partition = $1) AS bytes
                    FROM orders
                   WHERE partition = $1 AND listed_version IS DISTINCT FROM version
                     AND EXISTS (SELECT
                                   FROM events
                                  WHERE events.order_id = orders.order_id
                                    AND events.tenant_id = orders.tenant_id AND events.partition = $1)
                   ORDER BY order_id
                   LIMIT $2
                ) AS found
       ) AS outdated
 CROSS JOIN LATERAL (
         SELECT *
           FROM events
          WHERE events.order_id = outdated.order_id AND events.version <= outdated.version
            AND events.tenant_id = outdated.tenant_id AND events.partition = $1
          ORDER BY events.version
       ) AS event
 WHERE outdated.bytes_before < $3
 ORDER BY outdated.order_id, event.version
