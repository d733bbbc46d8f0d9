-- The data keys that the erasures behind number $1 have destroyed, of all partitions.
SELECT replace(key_id::text, '-', '') AS key_id, tenant_id, subject, erasure,
       to_char(erased_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS erased_at
  FROM customer_keys
 WHERE erasure > $1
