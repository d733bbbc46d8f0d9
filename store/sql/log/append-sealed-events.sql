-- Appends a batch with sealed members: as append-events.sql, under data keys that no erasure has
-- destroyed meanwhile. The function is store/functions/append-sealed-events.sql. $15 is the newest
-- erasure that the caller knows, $16 has the new keys, $17 a note for each command, for the search
-- by e-mail: NULL for most. $18 has the ids of all keys that sealed the batch.
SELECT ordinal, position, event_id, order_id, version, type, schema_version, data, fingerprint,
       recorded_at, key_id, number, claim, idempotency_key
  FROM append_sealed_events($1, $2::uuid[], $3::uuid[], $4::integer[], $5::uuid[], $6::text[],
                            $7::smallint[], $8, $9::text[], $10::bytea[], $11::text[], $12::uuid[],
                            $13::json, $14::bytea, $15::bigint, $16::json, $17::json, $18::uuid[])
