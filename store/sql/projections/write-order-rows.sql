-- Writes one row for each order of a batch. U+001E separates the JSON texts: no JSON text contains
-- it.
INSERT INTO orders AS row (partition, tenant_id, order_id, placed_position, customer_id, status,
                           placed_at, version, document, facts)
SELECT $1::integer, *
  FROM unnest($2::uuid[], $3::uuid[], $4::bigint[], $5::text[], $6::text[], $7::timestamptz[],
              $8::integer[], string_to_array($9, E'\x1e'), string_to_array($10, E'\x1e'))
    ON CONFLICT (order_id, tenant_id, partition) DO UPDATE
   SET status = excluded.status, version = excluded.version, document = excluded.document,
       facts = excluded.facts
 WHERE row.version < excluded.version
