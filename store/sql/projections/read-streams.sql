-- The events of some orders, each up to a version, order by order, oldest first. Sales count no
-- patches, which can fill most of a stream: they come without their members.
SELECT event.position, event.tenant_id, event.event_id, event.order_id, event.version, event.type,
       event.schema_version, event.recorded_at, event.key_id, event.number,
       CASE WHEN event.type = 'OrderUpdated'
            THEN '{"patch":{},"shipping_address":null,"metadata":{}}'
            ELSE event.data END AS data
  FROM unnest($2::uuid[], $3::uuid[], $4::integer[]) AS wanted (tenant_id, order_id, version)
 CROSS JOIN LATERAL (
         SELECT *
           FROM events
          WHERE events.order_id = wanted.order_id AND events.version <= wanted.version
            AND events.tenant_id = wanted.tenant_id AND events.partition = $1
          ORDER BY events.version
       ) AS event
 ORDER BY event.tenant_id, event.order_id, event.version
