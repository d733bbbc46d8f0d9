-- The imported events of orders of partition $3 that are no longer in memory, for the rules.
SELECT event.tenant_id, event.order_id, event.event_id, event.version, event.type,
       event.schema_version, event.data
  FROM unnest($1::uuid[], $2::uuid[]) AS wanted (tenant_id, order_id)
 CROSS JOIN LATERAL (
         SELECT *
           FROM events
          WHERE events.order_id = wanted.order_id AND events.tenant_id = wanted.tenant_id
            AND events.partition = $3
          ORDER BY events.version
          LIMIT 600
       ) AS event
 ORDER BY event.version
