-- Writes one row for each known order of a batch, and the terms that it gets. U+001E separates the
-- JSON texts: no JSON text contains it. $15 has the ordinal of the order that gets a term.
WITH added AS (
  INSERT INTO order_terms (partition, tenant_id, term, placed_position)
  SELECT $1::integer, ($2::uuid[])[ordinal], term, ($4::bigint[])[ordinal]
    FROM unnest($15::integer[], $16::text[]) AS gained (ordinal, term)
      ON CONFLICT DO NOTHING
)
INSERT INTO orders AS row (partition, tenant_id, order_id, placed_position, customer_id, status,
                           placed_at, version, document, facts, payment_status, is_on_hold,
                           is_ready_to_ship, ordered_at, listed_version)
SELECT $1::integer, *, version
  FROM unnest($2::uuid[], $3::uuid[], $4::bigint[], $5::text[], $6::text[], $7::timestamptz[],
              $8::integer[], string_to_array($9, E'\x1e'), string_to_array($10, E'\x1e'),
              $11::text[], $12::boolean[], $13::boolean[], $14::timestamptz[])
    AS written (tenant_id, order_id, placed_position, customer_id, status, placed_at, version,
                document, facts, payment_status, is_on_hold, is_ready_to_ship, ordered_at)
    ON CONFLICT (order_id, tenant_id, partition) DO UPDATE
   SET status = excluded.status, version = excluded.version, document = excluded.document,
       facts = excluded.facts, payment_status = excluded.payment_status,
       is_on_hold = excluded.is_on_hold, is_ready_to_ship = excluded.is_ready_to_ship,
       ordered_at = excluded.ordered_at, listed_version = excluded.listed_version
 WHERE row.version <= excluded.version
