-- Version 1
--
-- The parts of an append that concern personal data. They run in the statement of the append, see
-- store/sql/log/append-sealed-events.sql.

-- Takes the lock of the head, under which data keys are used and destroyed, and adds the keys that
-- are new. Refuses a batch that was sealed before the newest erasure: it may use a destroyed key.
-- The caller then seals it again.
CREATE OR REPLACE FUNCTION use_personal_keys(
  into_partition integer,
  known_erasures bigint, -- the newest erasure that the caller knows
  new_keys       json    -- [[key_id, tenant_id, subject, sealed key in hex], …]; NULL for none
) RETURNS integer
LANGUAGE plpgsql
AS $$
BEGIN
  PERFORM FROM log_heads WHERE partition = into_partition FOR UPDATE;
  IF (SELECT erasures FROM personal_state) <> known_erasures THEN
    RAISE 'personal data was erased after this batch was sealed' USING ERRCODE = 'HF001';
  END IF;
  IF new_keys IS NOT NULL THEN
    -- An erased key stays erased.
    INSERT INTO customer_keys (key_id, tenant_id, subject, sealed_key)
    SELECT (made ->> 0)::uuid, (made ->> 1)::uuid, made ->> 2, decode(made ->> 3, 'hex')
      FROM json_array_elements(new_keys) AS made
        ON CONFLICT DO NOTHING;
  END IF;
  RETURN into_partition;
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
     WHERE order_id = of_order AND version = 1 AND tenant_id = of_tenant
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
