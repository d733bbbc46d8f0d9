-- Data keys by their ids, of partition $1.
SELECT replace(key_id::text, '-', '') AS key_id, tenant_id, subject, sealed_key, erased_at
  FROM customer_keys
 WHERE key_id = ANY ($2::uuid[]) AND partition = $1
