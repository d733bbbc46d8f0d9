-- When each event of an order was recorded, oldest first.
SELECT version, recorded_at
  FROM events
 WHERE order_id = $1 AND tenant_id = $2 AND partition = $3
 ORDER BY version
