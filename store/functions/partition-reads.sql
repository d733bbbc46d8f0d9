-- Version 1
--
-- Reads of one partition, for statements on tables that have none. With Citus, these statements run
-- on the coordinator, and each call is one statement on the worker that has the partition: Citus
-- would plan a join of both as several steps, which a FOR UPDATE or a correlation forbids.

-- Events by their positions, in any order.
CREATE OR REPLACE FUNCTION events_at(
  in_partition integer,
  at_positions bigint[]
) RETURNS TABLE (
  "position"     bigint,
  order_id       uuid,
  version        integer,
  type           text,
  schema_version smallint,
  data           json,
  recorded_at    timestamptz,
  key_id         uuid,
  number         text,
  traceparent    text
)
LANGUAGE plpgsql STABLE ROWS 100 AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  SELECT position, order_id, version, type, schema_version, data, recorded_at, key_id, number, traceparent
    FROM events
   WHERE partition = in_partition AND position = ANY (at_positions);
END;
$$;

-- The next events of a partition behind a position, up to another one.
CREATE OR REPLACE FUNCTION events_between(
  in_partition   integer,
  after_position bigint,
  up_to_position bigint,
  events_max     bigint
) RETURNS TABLE (
  "position"     bigint,
  tenant_id      uuid,
  event_id       uuid,
  order_id       uuid,
  version        integer,
  type           text,
  schema_version smallint
)
LANGUAGE plpgsql STABLE ROWS 500 AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  SELECT position, tenant_id, event_id, order_id, version, type, schema_version
    FROM events
   WHERE partition = in_partition AND position > after_position AND position <= up_to_position
   ORDER BY position
   LIMIT events_max;
END;
$$;

-- The same of one tenant. The partition is a list for the reason in store/sql/log/read-feed.sql.
CREATE OR REPLACE FUNCTION events_of_tenant(
  in_partition   integer,
  of_tenant      uuid,
  after_position bigint,
  up_to_position bigint,
  events_max     bigint
) RETURNS TABLE (
  "position"     bigint,
  event_id       uuid,
  order_id       uuid,
  version        integer,
  type           text,
  schema_version smallint
)
LANGUAGE plpgsql STABLE ROWS 500 AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  SELECT position, event_id, order_id, version, type, schema_version
    FROM events
   WHERE uuid_send(tenant_id) = uuid_send(of_tenant)
     AND position > after_position AND position <= up_to_position
     AND partition = ANY (ARRAY[in_partition])
   ORDER BY position
   LIMIT events_max;
END;
$$;
