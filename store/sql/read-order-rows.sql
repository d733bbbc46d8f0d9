-- The orders that a batch goes on from.
SELECT tenant_id, order_id, document, facts, placed_position
  FROM orders
 WHERE partition = $1
   AND (tenant_id, order_id) IN (SELECT * FROM unnest($2::uuid[], $3::uuid[]))
