-- Adds a batch to the totals of each customer and currency. 9007199254740991: see the table.
INSERT INTO customer_totals AS row (partition, tenant_id, customer_id, currency, orders_placed,
                                    orders_cancelled, ordered, paid, refunded, events,
                                    first_order_at, last_activity_at)
SELECT $1::integer, *
  FROM unnest($2::uuid[], $3::text[], $4::text[], $5::bigint[], $6::bigint[], $7::bigint[],
              $8::bigint[], $9::bigint[], $10::bigint[], $11::timestamptz[], $12::timestamptz[])
    ON CONFLICT (tenant_id, customer_id, currency, partition) DO UPDATE
   SET orders_placed = row.orders_placed + excluded.orders_placed,
       orders_cancelled = row.orders_cancelled + excluded.orders_cancelled,
       ordered = least(row.ordered + excluded.ordered, 9007199254740991),
       paid = least(row.paid + excluded.paid, 9007199254740991),
       refunded = least(row.refunded + excluded.refunded, 9007199254740991),
       events = row.events + excluded.events,
       last_activity_at = excluded.last_activity_at
