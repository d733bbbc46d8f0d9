-- Writes one row for each order of a batch, and its terms. U+001E separates the JSON texts: no JSON
-- text contains it. Each lost term is one look-up: the planner cannot turn LATERAL with LIMIT 1
-- into a join of the whole table.
WITH added AS (
  INSERT INTO order_terms (partition, tenant_id, term, placed_position)
  SELECT $1::integer, *
    FROM unnest($15::uuid[], $16::text[], $17::bigint[])
      ON CONFLICT DO NOTHING
), removed AS (
  DELETE FROM order_terms
   WHERE ctid = ANY (ARRAY (
           SELECT found.ctid
             FROM unnest($18::uuid[], $19::text[], $20::bigint[]) AS lost (tenant_id, term, placed_position)
            CROSS JOIN LATERAL (
                    SELECT ctid
                      FROM order_terms AS term
                     WHERE term.tenant_id = lost.tenant_id AND term.term = lost.term
                       AND term.placed_position = lost.placed_position AND term.partition = $1
                     LIMIT 1
                  ) AS found))
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
