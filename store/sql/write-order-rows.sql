-- One row an order, however many of its events the batch held.
INSERT INTO orders AS row (partition, tenant_id, order_id, placed_position, customer_id, status, placed_at, version, document, facts)
SELECT $1::integer, *
  FROM unnest($2::uuid[], $3::uuid[], $4::bigint[], $5::text[], $6::text[], $7::timestamptz[], $8::integer[], $9::text[], $10::text[])
    ON CONFLICT (partition, tenant_id, order_id) DO UPDATE
   SET status = excluded.status, version = excluded.version, document = excluded.document, facts = excluded.facts
 WHERE row.version < excluded.version
