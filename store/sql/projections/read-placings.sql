-- The first event of each order: it has the customer and the currency. One index look-up for each
-- order, as in read-order-rows.sql.
SELECT event.position, event.tenant_id, event.event_id, event.order_id, event.version, event.type,
       event.schema_version, event.data, event.recorded_at, event.key_id,
       event.number
  FROM unnest($2::uuid[], $3::uuid[]) AS wanted (tenant_id, order_id)
 CROSS JOIN LATERAL (
         SELECT *
           FROM events
          WHERE events.partition = $1 AND events.tenant_id = wanted.tenant_id
            AND events.order_id = wanted.order_id AND events.version = 1
          LIMIT 1
       ) AS event
