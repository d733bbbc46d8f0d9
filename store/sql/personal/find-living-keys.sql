-- The oldest living data key of each subject $3 of the tenant $2 beside it, of partition $1.
-- LATERAL with LIMIT 1 is one index look-up for each.
SELECT replace(key.key_id::text, '-', '') AS key_id, key.tenant_id, key.subject, key.sealed_key,
       key.erased_at
  FROM unnest($2::uuid[], $3::text[]) AS wanted (tenant_id, subject)
 CROSS JOIN LATERAL (
         SELECT *
           FROM customer_keys
          WHERE customer_keys.subject = wanted.subject AND customer_keys.tenant_id = wanted.tenant_id
            AND customer_keys.erased_at IS NULL AND customer_keys.partition = $1
          ORDER BY customer_keys.created_at
          LIMIT 1
       ) AS key
