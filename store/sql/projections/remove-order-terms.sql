-- The terms that orders lose. The function is store/functions/remove-order-terms.sql.
SELECT remove_order_terms($1, $2::uuid[], $3::text[], $4::bigint[])
