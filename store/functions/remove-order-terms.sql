-- Version 1
--
-- Removes the terms that orders lose; few batches have any. Each is one look-up by the key, with a
-- plan that is kept. The tables are those of the search path, as for add_order_rows.
--
-- One DELETE of all of them is no choice: joined with arrays, the planner may read the whole table,
-- and Citus refuses a DELETE by a subquery.
CREATE OR REPLACE FUNCTION remove_order_terms(
  of_partition integer,
  tenant_ids   uuid[],
  terms        text[],
  positions    bigint[]
) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  lost record;
BEGIN
  FOR lost IN SELECT unnest(tenant_ids) AS tenant_id, unnest(terms) AS term, unnest(positions) AS placed_position LOOP
    DELETE FROM order_terms AS held
     WHERE held.tenant_id = lost.tenant_id AND held.term = lost.term
       AND held.placed_position = lost.placed_position AND held.partition = of_partition;
  END LOOP;
END;
$$;
