-- Version 2
--
-- Appends the event of one command without a number, a claim or an earlier event in its way: the
-- usual append of a node that has little to do. Of the batch's 0.39 ms it needs 0.25, since each
-- statement of a function costs some 25 µs and each array some 5.
--
-- Returns the position and the time of the event, or NULLs: nothing was appended, and the caller
-- asks append_events() (append-events.sql), which knows all cases. The rules are the same, and so
-- is the reason for a function: what it reads after it got the lock is all that was ever committed.
CREATE OR REPLACE FUNCTION append_event(
  into_partition     integer,
  of_tenant          uuid,
  of_order           uuid,
  at_version         integer,
  as_event           uuid,
  of_type            text,
  of_schema_version  smallint,
  document           json,
  with_key           text,
  with_fingerprint   bytea,
  with_traceparent   text,
  by_key_id          uuid,
  with_digest        bytea, -- 32 bytes, see event_digest()
  OUT given_position bigint,
  OUT given_time     timestamptz
)
LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
  head_position    bigint;
  head_recorded_at timestamptz;
  head_link        bytea;
BEGIN
  -- Lock. A head that needs a new epoch is left to append_events().
  SELECT head.position + 1, greatest(head.recorded_at, date_trunc('milliseconds', clock_timestamp())), head.link
    INTO head_position, head_recorded_at, head_link
    FROM log_heads AS head
   WHERE head.partition = into_partition
     AND head.reached_position = head.position
     AND head.timeline = coalesce(log_timeline(), head.timeline)
     AND head.timeline <> 'imported'
     AND head.recorded_at <= clock_timestamp() + interval '5 seconds'
     FOR UPDATE;
  IF NOT FOUND THEN
    RETURN;
  END IF;

  -- Read: scalars, for the reason in append-events.sql.
  IF (SELECT event.position
        FROM events AS event
       WHERE event.idempotency_key = with_key
         AND event.tenant_id = of_tenant
         AND event.partition = into_partition
       LIMIT 1) IS NULL
     AND (SELECT event.position
            FROM events AS event
           WHERE event.order_id = of_order
             AND event.version = at_version
             AND event.tenant_id = of_tenant
             AND event.partition = into_partition
           LIMIT 1) IS NULL THEN
    -- Link and write.
    head_link := sha256(head_link || with_digest || int8send(head_position) || timestamptz_send(head_recorded_at));
    INSERT INTO events (partition, position, tenant_id, order_id, version, event_id, type, schema_version, data,
                        idempotency_key, fingerprint, recorded_at, traceparent, key_id, link)
    VALUES (into_partition, head_position, of_tenant, of_order, at_version, as_event, of_type, of_schema_version,
            document, with_key, with_fingerprint, head_recorded_at, with_traceparent, by_key_id, head_link);
    UPDATE log_heads AS head
       SET position = head_position, reached_position = head_position, recorded_at = head_recorded_at, link = head_link
     WHERE head.partition = into_partition;
    given_position := head_position;
    given_time := head_recorded_at;
  END IF;
END;
$$;
