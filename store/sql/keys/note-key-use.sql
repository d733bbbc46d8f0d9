-- Records the last use of keys. $2 are ages in ms, so that only the clock of Postgres counts.
-- Many nodes record the same keys: rows are locked in the order of their ids, so nodes do not
-- deadlock; and a use less than 30 s after the recorded one is not written.
WITH used AS MATERIALIZED (
  SELECT key_id, now() - age * interval '1 ms' AS at
    FROM unnest($1::uuid[], $2::float8[]) AS note (key_id, age)
),
due AS MATERIALIZED (
  SELECT api_key.key_id
    FROM api_keys AS api_key
    JOIN used USING (key_id)
   WHERE api_key.last_used_at IS NULL OR api_key.last_used_at < used.at - interval '30 s'
   ORDER BY api_key.key_id
     FOR NO KEY UPDATE OF api_key
)
UPDATE api_keys AS api_key
   SET last_used_at = greatest(api_key.last_used_at, used.at)
  FROM used
  JOIN due USING (key_id)
 WHERE api_key.key_id = used.key_id
