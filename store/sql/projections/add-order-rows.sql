-- The rows of orders that a batch begins. The function is store/functions/add-order-rows.sql.
SELECT add_order_rows($1, $2::uuid[], $3::uuid[], $4::bigint[], $5::text[], $6::text[],
                      $7::timestamptz[], $8::integer[], $9, $10, $11::text[], $12::boolean[],
                      $13::boolean[], $14::timestamptz[], $15::integer[], $16::text[])
