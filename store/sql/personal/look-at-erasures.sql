-- The number of the newest erasure, the active master key, and the marks of tenants. Each process
-- reads it twice a second: the keys that were erased are another statement, since with Citus that
-- one goes to all workers.
SELECT erasures, key_id,
       (SELECT coalesce(json_agg(json_build_array(tenant_id, personal_metadata)), '[]')
          FROM tenants
         WHERE cardinality(personal_metadata) > 0)::text AS marked
  FROM personal_state
