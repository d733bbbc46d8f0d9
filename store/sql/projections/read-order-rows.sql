-- The rows of the orders that a batch changes. LATERAL with LIMIT 1 is one index look-up for each
-- order: the planner cannot turn it into a join of the whole table.
SELECT row.tenant_id, row.order_id, row.document, row.facts, row.placed_position
  FROM unnest($1::uuid[], $2::uuid[]) AS wanted (tenant_id, order_id)
 CROSS JOIN LATERAL (
         SELECT *
           FROM orders
          WHERE orders.order_id = wanted.order_id AND orders.partition = $3
          LIMIT 1
       ) AS row
 WHERE row.tenant_id = wanted.tenant_id
