-- One statement, one round trip and one commit for all commands that wait. The function, with the
-- reason for each step, is store/functions/append-events.sql.
SELECT ordinal, position, event_id, order_id, version, type, schema_version, data, fingerprint,
       recorded_at, key_id, number, claim, idempotency_key
  FROM append_events($1, $2::uuid[], $3::uuid[], $4::integer[], $5::uuid[], $6::text[],
                     $7::smallint[], $8, $9::text[], $10::bytea[], $11::text[], $12::uuid[],
                     $13::json, $14::bytea)
