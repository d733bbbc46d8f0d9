-- Removes the terms that orders lose. Each is one look-up: the planner cannot turn LATERAL with
-- LIMIT 1 into a join of the whole table. A statement of its own, which few batches need: as a part
-- of another one, its look-ups were planned again at each execution.
DELETE FROM order_terms
 WHERE ctid = ANY (ARRAY (
         SELECT found.ctid
           FROM unnest($2::uuid[], $3::text[], $4::bigint[]) AS lost (tenant_id, term, placed_position)
          CROSS JOIN LATERAL (
                  SELECT ctid
                    FROM order_terms AS term
                   WHERE term.tenant_id = lost.tenant_id AND term.term = lost.term
                     AND term.placed_position = lost.placed_position AND term.partition = $1
                   LIMIT 1
                ) AS found))
