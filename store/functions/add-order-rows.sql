-- Version 2
--
-- Adds the rows of orders that a batch of the projection `orders` begins, and their terms.
--
-- No row can be there: each event is applied once. So a plain INSERT does, without the look-up and
-- the second record in the write-ahead log that ON CONFLICT costs each row. A checkpoint that an
-- operator moved back finds rows, and only then the rows are written as those of known orders are.
--
-- It is a function because of this handler, and keeps one plan. The tables are those of the search
-- path: a rebuild puts its own schema in front.
CREATE OR REPLACE FUNCTION add_order_rows(
  into_partition   integer,
  tenant_ids       uuid[],
  order_ids        uuid[],
  positions        bigint[],
  customer_ids     text[],
  statuses         text[],
  times            timestamptz[],
  versions         integer[],
  documents        text, -- JSON texts, separated by U+001E: no JSON text contains it
  fact_texts       text, -- as documents
  payment_statuses text[],
  holds            boolean[],
  readiness        boolean[],
  ordered_times    timestamptz[],
  term_ordinals    integer[], -- of the order that gets the term
  terms            text[]
) RETURNS void
LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan
AS $$
#variable_conflict use_column
BEGIN
  INSERT INTO orders (partition, tenant_id, order_id, placed_position, customer_id, status, placed_at, version, document,
                      facts, payment_status, is_on_hold, is_ready_to_ship, ordered_at, listed_version)
  SELECT into_partition, unnest(tenant_ids), unnest(order_ids), unnest(positions), unnest(customer_ids), unnest(statuses),
         unnest(times), unnest(versions), unnest(string_to_array(documents, E'\x1e')),
         unnest(string_to_array(fact_texts, E'\x1e')), unnest(payment_statuses), unnest(holds), unnest(readiness),
         unnest(ordered_times), unnest(versions);
  INSERT INTO order_terms (partition, tenant_id, term, placed_position)
  SELECT into_partition, tenant_ids[ordinal], term, positions[ordinal]
    FROM (SELECT unnest(term_ordinals) AS ordinal, unnest(terms) AS term) AS gained;
-- Citus copies rows from arrays to its workers, and reports a duplicate as an internal error.
EXCEPTION WHEN unique_violation OR internal_error THEN
  INSERT INTO orders AS row (partition, tenant_id, order_id, placed_position, customer_id, status, placed_at, version,
                             document, facts, payment_status, is_on_hold, is_ready_to_ship, ordered_at, listed_version)
  SELECT into_partition, unnest(tenant_ids), unnest(order_ids), unnest(positions), unnest(customer_ids), unnest(statuses),
         unnest(times), unnest(versions), unnest(string_to_array(documents, E'\x1e')),
         unnest(string_to_array(fact_texts, E'\x1e')), unnest(payment_statuses), unnest(holds), unnest(readiness),
         unnest(ordered_times), unnest(versions)
      ON CONFLICT (order_id, tenant_id, partition) DO UPDATE
     SET status = excluded.status, version = excluded.version, document = excluded.document, facts = excluded.facts,
         payment_status = excluded.payment_status, is_on_hold = excluded.is_on_hold,
         is_ready_to_ship = excluded.is_ready_to_ship, ordered_at = excluded.ordered_at,
         listed_version = excluded.listed_version
   WHERE row.version <= excluded.version;
  INSERT INTO order_terms (partition, tenant_id, term, placed_position)
  SELECT into_partition, tenant_ids[ordinal], term, positions[ordinal]
    FROM (SELECT unnest(term_ordinals) AS ordinal, unnest(terms) AS term) AS gained
      ON CONFLICT DO NOTHING;
END;
$$;
