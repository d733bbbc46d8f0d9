-- Who did it: the API key behind each event. Events older than this migration have none.
ALTER TABLE events ADD COLUMN key_id uuid;

-- The feed of a tenant: its events by position. On an expression, because an index that starts with tenant_id itself would be a second
-- choice for every look-up of the append (see the note at the top of 0001_log.sql), and only the feed's own statement asks by it.
CREATE INDEX events_feed ON events (uuid_send(tenant_id), position);

-- append_events with one more argument, and key_id in its answer. The one before it stays, for nodes of the release before this one; it
-- differs in nothing else, and 0001_log.sql says why it is as it is.
CREATE FUNCTION append_events(
  into_partition  integer,
  tenant_ids      uuid[],
  order_ids       uuid[],
  versions        integer[],
  event_ids       uuid[],
  types           text[],
  schema_versions smallint[],
  documents       text, -- JSON texts with U+001E between them, which no JSON text can hold: nothing is escaped on the way
  keys            text[],
  fingerprints    bytea[],
  traceparents    text[],
  key_ids         uuid[]
) RETURNS TABLE (
  ordinal        integer,
  "position"     bigint,
  event_id       uuid,
  order_id       uuid,
  version        integer,
  type           text,
  schema_version smallint,
  data           json,
  fingerprint    bytea,
  recorded_at    timestamptz,
  key_id         uuid
)
LANGUAGE plpgsql
-- One plan for batches of every size: planning anew costs a single append more than all the rest (0.6 of 1.1 ms).
SET plan_cache_mode = force_generic_plan
AS $$
#variable_conflict use_column
DECLARE
  head_position    bigint;
  head_recorded_at timestamptz;
BEGIN
  SELECT head.position, greatest(head.recorded_at, date_trunc('milliseconds', clock_timestamp()))
    INTO STRICT head_position, head_recorded_at
    FROM log_heads AS head
   WHERE head.partition = into_partition
     FOR UPDATE;

  RETURN QUERY
  WITH command AS MATERIALIZED (
    SELECT *
      FROM unnest(tenant_ids, order_ids, versions, event_ids, types, schema_versions, string_to_array(documents, E'\x1e')::json[], keys, fingerprints, traceparents, key_ids)
           WITH ORDINALITY
        AS c (tenant_id, order_id, version, event_id, type, schema_version, data, idempotency_key, fingerprint, traceparent, key_id, ordinal)
  ),
  -- Each look-up is a scalar or a LATERAL with LIMIT 1, which cannot be turned into a join of the whole table.
  holder AS MATERIALIZED (
    SELECT command.ordinal, event.*
      FROM command
     CROSS JOIN LATERAL (
             SELECT *
               FROM events AS event
              WHERE event.idempotency_key = command.idempotency_key
                AND event.tenant_id = command.tenant_id
              LIMIT 1
           ) AS event
  ),
  fresh AS MATERIALIZED (
    SELECT command.*, head_position + row_number() OVER (ORDER BY command.ordinal) AS position
      FROM command
     WHERE NOT EXISTS (SELECT FROM holder WHERE holder.ordinal = command.ordinal)
       AND (SELECT event.version
              FROM events AS event
             WHERE event.order_id = command.order_id
               AND event.version = command.version
               AND event.tenant_id = command.tenant_id
             LIMIT 1) IS NULL
  ),
  appended AS (
    INSERT INTO events (partition, position, tenant_id, order_id, version, event_id, type, schema_version, data,
                        idempotency_key, fingerprint, recorded_at, traceparent, key_id)
    SELECT into_partition, position, tenant_id, order_id, version, event_id, type, schema_version, data,
           idempotency_key, fingerprint, head_recorded_at, traceparent, key_id
      FROM fresh
  ),
  moved AS (
    UPDATE log_heads AS head
       SET position = head_position + (SELECT count(*) FROM fresh), recorded_at = head_recorded_at
     WHERE head.partition = into_partition
       AND EXISTS (SELECT FROM fresh)
  )
  -- The command's own data is not sent back to the caller that has just sent it.
  SELECT ordinal::integer, position, event_id, NULL::uuid, version, NULL::text, NULL::smallint, NULL::json, NULL::bytea, head_recorded_at, NULL::uuid
    FROM fresh
   UNION ALL
  SELECT ordinal::integer, position, event_id, order_id, version, type, schema_version, data, fingerprint, recorded_at, key_id
    FROM holder;
END;
$$;
