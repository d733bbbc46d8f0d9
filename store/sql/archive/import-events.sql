-- Inserts a batch of events at their exported positions. U+001E separates the JSON texts: no JSON
-- text contains it.
INSERT INTO events (partition, position, tenant_id, order_id, version, event_id, type, schema_version,
                    data, idempotency_key, fingerprint, recorded_at, traceparent, key_id, number, claim,
                    link)
SELECT partition, position, tenant_id, order_id, version, event_id, type, schema_version, data,
       idempotency_key, decode(fingerprint, 'hex'), recorded_at, traceparent, key_id, number, claim,
       decode(link, 'hex')
  FROM unnest($1::integer[], $2::bigint[], $3::uuid[], $4::uuid[], $5::integer[], $6::uuid[],
              $7::text[], $8::smallint[], string_to_array($9, E'\x1e')::json[], $10::text[],
              $11::text[], $12::timestamptz[], $13::text[], $14::uuid[], $15::text[],
              $16::text[], $17::text[])
    AS event (partition, position, tenant_id, order_id, version, event_id, type, schema_version,
              data, idempotency_key, fingerprint, recorded_at, traceparent, key_id, number, claim,
              link)
