-- Version 1
--
-- Links of the log (store/migrations/0032_log_links.sql, docs/integrity.md). The append computes
-- them; these are the parts of it that more than one statement uses. store/integrity/entry.ts has
-- the same formats in TypeScript.

-- The link before the first linked event of a partition.
CREATE OR REPLACE FUNCTION log_genesis(in_partition integer, linked_after bigint) RETURNS bytea
LANGUAGE sql IMMUTABLE AS $$
  SELECT sha256(convert_to('holdfast log ' || in_partition || ' ' || linked_after, 'UTF8'));
$$;

-- The digest of an event: SHA-256 of a JSON array without spaces. It covers what the caller of the
-- append knows; the link adds position, time and number. Nodes of this release compute it
-- themselves: here it costs 9 µs an event under the lock of the head, there 2 µs outside it.
CREATE OR REPLACE FUNCTION event_digest(
  in_partition    integer,
  tenant_id       uuid,
  order_id        uuid,
  version         integer,
  event_id        uuid,
  type            text,
  schema_version  smallint,
  document        text,
  idempotency_key text,
  fingerprint     bytea,
  traceparent     text,
  key_id          uuid,
  claim           text
) RETURNS bytea
LANGUAGE sql STABLE AS $$ -- inlined: to_json() is STABLE
  SELECT sha256(convert_to('[' || concat_ws(',',
           in_partition, to_json('ten_' || encode(uuid_send(tenant_id), 'hex')),
           to_json('ord_' || encode(uuid_send(order_id), 'hex')), version,
           to_json('evt_' || encode(uuid_send(event_id), 'hex')), to_json(type), schema_version,
           to_json(encode(sha256(convert_to(document, 'UTF8')), 'hex')),
           to_json(idempotency_key), to_json(encode(fingerprint, 'hex')),
           coalesce(to_json(traceparent)::text, 'null'),
           coalesce(to_json('key_' || encode(uuid_send(key_id), 'hex'))::text, 'null'),
           coalesce(to_json(claim)::text, 'null')) || ']', 'UTF8'));
$$;

-- Rewrites the data of events in place, and records it. The only way that stored data may change:
-- log verify reports any other. Positions without an event are left out. Returns the number of
-- events that it rewrote.
CREATE OR REPLACE FUNCTION rewrite_event_data(
  in_partition integer,
  at_positions bigint[], -- each one once
  documents    text,     -- the new JSON texts, separated by U+001E
  fingerprints bytea[],  -- the new fingerprints of their requests
  given_reason text
) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
  before     record;
  newest     bytea;
  rewritten  bigint := 0;
  data_after bytea;
  now_us     timestamptz := clock_timestamp();
  next       bigint;
BEGIN
  -- The head guards the chain of rewrites, as it guards that of the events.
  PERFORM FROM log_heads WHERE partition = in_partition FOR UPDATE;
  SELECT ordinal, link INTO next, newest
    FROM log_rewrites
   WHERE partition = in_partition
   ORDER BY ordinal DESC
   LIMIT 1;
  next := coalesce(next, 0);
  newest := coalesce(newest, log_genesis(in_partition, -1));
  FOR before IN
    SELECT event.position, sha256(convert_to(event.data::text, 'UTF8')) AS digest,
           event.fingerprint, wanted.document, wanted.fingerprint AS fingerprint_after
      FROM unnest(at_positions, string_to_array(documents, E'\x1e'), fingerprints) AS wanted (position, document, fingerprint)
      JOIN events AS event ON event.partition = in_partition AND event.position = wanted.position
     ORDER BY event.position
  LOOP
    next := next + 1;
    data_after := sha256(convert_to(before.document, 'UTF8'));
    newest := sha256(newest || int8send(before.position) || before.digest || data_after
                     || before.fingerprint || before.fingerprint_after
                     || timestamptz_send(now_us) || convert_to(given_reason, 'UTF8'));
    UPDATE events SET data = before.document::json, fingerprint = before.fingerprint_after
     WHERE partition = in_partition AND position = before.position;
    INSERT INTO log_rewrites (partition, ordinal, position, data_before, data_after, fingerprint_before, fingerprint_after, reason,
                              rewritten_at, link)
    VALUES (in_partition, next, before.position, before.digest, data_after, before.fingerprint, before.fingerprint_after,
            given_reason, now_us, newest);
    rewritten := rewritten + 1;
  END LOOP;
  RETURN rewritten;
END;
$$;
