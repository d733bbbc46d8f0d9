-- Adds a batch to the sales of each quarter of an hour. 9007199254740991: see the table.
INSERT INTO sales AS row (partition, tenant_id, quarter, currency, measure, name, amount, events)
SELECT $1::integer, *
  FROM unnest($2::uuid[], $3::timestamptz[], $4::text[], $5::text[], $6::text[], $7::bigint[],
              $8::bigint[])
    ON CONFLICT (tenant_id, quarter, currency, measure, name, partition) DO UPDATE
   SET amount = greatest(-9007199254740991, least(row.amount + excluded.amount, 9007199254740991)),
       events = row.events + excluded.events
