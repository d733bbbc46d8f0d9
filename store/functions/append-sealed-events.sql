-- Version 1
--
-- Appends a batch with sealed members: append_events() under data keys that no erasure has
-- destroyed meanwhile, and the notes for the search by e-mail. One call, so that a worker of Citus
-- runs all of it: three calls in one statement would each go to the worker and back.
CREATE OR REPLACE FUNCTION append_sealed_events(
  into_partition  integer,
  tenant_ids      uuid[],
  order_ids       uuid[],
  versions        integer[],
  event_ids       uuid[],
  types           text[],
  schema_versions smallint[],
  documents       text,
  keys            text[],
  fingerprints    bytea[],
  traceparents    text[],
  key_ids         uuid[],
  names           json,
  digests         bytea,
  known_erasures  bigint, -- the newest erasure that the caller knows
  new_keys        json,   -- see use_personal_keys()
  notes           json,   -- for each command a note of note_personal_term(), or null; NULL: none
  used_keys       uuid[]  -- see use_personal_keys()
) RETURNS TABLE (
  ordinal         integer,
  "position"      bigint,
  event_id        uuid,
  order_id        uuid,
  version         integer,
  type            text,
  schema_version  smallint,
  data            json,
  fingerprint     bytea,
  recorded_at     timestamptz,
  key_id          uuid,
  number          text,
  claim           text,
  idempotency_key text
)
LANGUAGE plpgsql
AS $$
BEGIN
  PERFORM use_personal_keys(into_partition, known_erasures, new_keys, used_keys);
  FOR ordinal, position, event_id, order_id, version, type, schema_version, data, fingerprint, recorded_at, key_id, number,
      claim, idempotency_key IN
    SELECT *
      FROM append_events(into_partition, tenant_ids, order_ids, versions, event_ids, types, schema_versions, documents, keys,
                         fingerprints, traceparents, key_ids, names, digests)
  LOOP
    IF json_typeof(notes -> (ordinal - 1)) = 'array' AND event_id = event_ids[ordinal] THEN
      PERFORM note_personal_term(into_partition, tenant_ids[ordinal], order_ids[ordinal], version, position,
                                 notes -> (ordinal - 1));
    END IF;
    RETURN NEXT;
  END LOOP;
END;
$$;
