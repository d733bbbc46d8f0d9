-- Version 3
--
-- Personal data: the parts of an append that concern it (append-sealed-events.sql; nodes of the
-- release before call them one by one), and its erasure.

-- Nodes of version 1 call it with three arguments.
DROP FUNCTION IF EXISTS use_personal_keys(integer, bigint, json);

-- Takes the lock of the head, under which data keys are used and destroyed, and adds the keys that
-- are new. Refuses a batch whose keys an erasure has destroyed since it was sealed. The caller then
-- seals it again.
CREATE OR REPLACE FUNCTION use_personal_keys(
  into_partition integer,
  known_erasures bigint, -- the newest erasure that the caller knows
  new_keys       json,   -- [[key_id, tenant_id, subject, sealed key in hex], …]; NULL for none
  used_keys      uuid[] DEFAULT NULL -- those that sealed the batch; NULL: any erasure refuses it
) RETURNS integer
LANGUAGE plpgsql
AS $$
DECLARE
  newest bigint;
BEGIN
  PERFORM FROM log_heads WHERE partition = into_partition FOR UPDATE;
  SELECT erasures INTO newest FROM personal_state;
  -- Fewer than the caller knows: the database was restored.
  IF newest <> known_erasures
     AND (newest < known_erasures OR used_keys IS NULL
          OR EXISTS (SELECT FROM customer_keys
                      WHERE erasure > known_erasures AND key_id = ANY (used_keys) AND partition = into_partition)) THEN
    RAISE 'personal data was erased after this batch was sealed' USING ERRCODE = 'HF001';
  END IF;
  IF new_keys IS NOT NULL THEN
    -- An erased key stays erased. A key that waited for an erasure is made after it.
    INSERT INTO customer_keys (partition, key_id, tenant_id, subject, sealed_key, created_at)
    SELECT into_partition, (made ->> 0)::uuid, (made ->> 1)::uuid, made ->> 2, decode(made ->> 3, 'hex'),
           clock_timestamp()
      FROM json_array_elements(new_keys) AS made
        ON CONFLICT DO NOTHING;
  END IF;
  RETURN into_partition;
END;
$$;

-- Puts an erasure on the list, and destroys the data keys of its subject that were made up to a
-- time. Safe to repeat. Returns how many it destroyed.
CREATE OR REPLACE FUNCTION apply_erasure(
  of_erasure uuid,
  of_tenant  uuid,
  of_subject text, -- as in customer_keys, or tenant:all
  since      timestamptz, -- from when on the subject is erased
  made_until timestamptz
) RETURNS integer
LANGUAGE plpgsql
AS $$
DECLARE
  in_partition integer := (SELECT partition FROM tenants WHERE tenant_id = of_tenant);
  lost         uuid[];
  number       bigint;
BEGIN
  INSERT INTO erasures (erasure_id, tenant_id, subject, erased_at)
  VALUES (of_erasure, of_tenant, of_subject, since)
      ON CONFLICT DO NOTHING;
  -- Two statements, each with an index of its own.
  IF of_subject = 'tenant:all' THEN
    lost := ARRAY(SELECT key_id FROM customer_keys
                   WHERE tenant_id = of_tenant AND erased_at IS NULL AND created_at <= made_until
                     AND partition = in_partition);
  ELSE
    lost := ARRAY(SELECT key_id FROM customer_keys
                   WHERE subject = of_subject AND tenant_id = of_tenant AND erased_at IS NULL
                     AND created_at <= made_until AND partition = in_partition);
  END IF;
  IF cardinality(lost) = 0 THEN
    RETURN 0;
  END IF;
  UPDATE personal_state SET erasures = erasures + 1 RETURNING erasures INTO number;
  -- The clock may have been set back since a key was made.
  UPDATE customer_keys
     SET sealed_key = NULL, erased_at = since, erasure = number, created_at = least(created_at, since)
   WHERE key_id = ANY (lost) AND partition = in_partition;
  DELETE FROM personal_terms WHERE key_id = ANY (lost) AND partition = in_partition;
  RETURN cardinality(lost);
END;
$$;

-- Erases a subject now, under the lock of the head: one statement, since appends wait for it.
-- Returns the time from which on it is erased.
CREATE OR REPLACE FUNCTION erase_subject(
  in_partition integer,
  of_erasure   uuid,
  of_tenant    uuid,
  of_subject   text
) RETURNS timestamptz
LANGUAGE plpgsql
AS $$
DECLARE
  since timestamptz;
BEGIN
  PERFORM FROM log_heads WHERE partition = in_partition FOR UPDATE;
  since := date_trunc('milliseconds', clock_timestamp());
  PERFORM apply_erasure(of_erasure, of_tenant, of_subject, since, 'infinity');
  RETURN since;
END;
$$;

-- Makes an order found by its e-mail address, in place of the one that it had.
CREATE OR REPLACE FUNCTION note_personal_term(
  into_partition integer,
  of_tenant      uuid,
  of_order       uuid,
  event_version  integer,
  event_position bigint,
  note           json -- [term in hex or null, key_id or null, lost term in hex or null]
) RETURNS boolean
LANGUAGE plpgsql
AS $$
DECLARE
  placed bigint := event_position;
BEGIN
  IF event_version > 1 THEN
    SELECT position INTO placed
      FROM events
     WHERE order_id = of_order AND version = 1 AND tenant_id = of_tenant AND partition = into_partition
     LIMIT 1;
    DELETE FROM personal_terms
     WHERE term = decode(note ->> 2, 'hex') AND tenant_id = of_tenant AND placed_position = placed
       AND partition = into_partition;
  END IF;
  IF note ->> 0 IS NOT NULL THEN
    INSERT INTO personal_terms (partition, tenant_id, term, placed_position, key_id)
    VALUES (into_partition, of_tenant, decode(note ->> 0, 'hex'), placed, (note ->> 1)::uuid)
        ON CONFLICT DO NOTHING;
  END IF;
  RETURN true;
END;
$$;
