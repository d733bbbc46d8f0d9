-- Adds a batch to the sales of each day and currency. 9007199254740991: see the table.
INSERT INTO daily_sales AS row (partition, tenant_id, day, currency, position, orders_placed,
                                orders_cancelled, ordered, paid, refunded, events)
SELECT $1::integer, *
  FROM unnest($2::uuid[], $3::date[], $4::text[], $5::bigint[], $6::bigint[], $7::bigint[],
              $8::bigint[], $9::bigint[], $10::bigint[], $11::bigint[])
    ON CONFLICT (tenant_id, day, currency, partition) DO UPDATE
   SET orders_placed = row.orders_placed + excluded.orders_placed,
       orders_cancelled = row.orders_cancelled + excluded.orders_cancelled,
       ordered = least(row.ordered + excluded.ordered, 9007199254740991),
       paid = least(row.paid + excluded.paid, 9007199254740991),
       refunded = least(row.refunded + excluded.refunded, 9007199254740991),
       events = row.events + excluded.events
